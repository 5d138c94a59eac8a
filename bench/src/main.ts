/** `npm run bench`: measures on private servers, prints tables, writes JSON and, if asked, the docs. */
import { join, resolve } from 'node:path';
import { COPY_PROGRAM } from './copy-file.ts';
import { writeDocs } from './docs.ts';
import { currentLoad, describeMachine } from './machine.ts';
import { measurePart } from './measure.ts';
import { HELP, parseOptions, toCommand, type RunOptions } from './options.ts';
import { PARTS } from './registry.ts';
import { toPlainText, toSummary, toTable } from './report.ts';
import { mergeResults, readResults, writeResults, type Results } from './results.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const DOCS = { page: join(ROOT, 'docs/benchmarks.md'), charts: join(ROOT, 'docs/charts') };
const NAMES = PARTS.map(({ name }) => name);

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const print = (text: string): void => void process.stdout.write(`${text}\n`);

function printTables(results: Results): void {
  for (const part of PARTS) {
    const shown = results.measurements.filter((measurement) => measurement.part === part.name);
    if (shown.length === 0) continue;
    print(`\n${part.title} (${part.name})\n\n${toPlainText(toTable(shown, results.measurements))}`);
  }
  print('\nRedis appendfsync always, Postgres synchronous_commit on, all on this machine.');
  const summary = toSummary(results.measurements);
  if (summary !== '') print(summary);
}

/** Measures part after part. One that fails is told and left out: hours of the others must not be lost with it. */
async function measure(options: RunOptions): Promise<Results> {
  const file = join(ROOT, 'bench/results', `${new Date().toISOString().replaceAll(/[:.]/g, '-')}.json`);
  const command = toCommand(options, NAMES);
  let results: Results = { runs: [], measurements: [] };
  for (const part of PARTS.filter(({ name }) => options.parts.includes(name))) {
    const run = {
      part: part.name,
      at: new Date().toISOString(),
      command,
      machine: `${describeMachine()}, COPY by ${COPY_PROGRAM}`,
      load: currentLoad(),
    };
    try {
      const measurements = await measurePart(part, { rounds: options.rounds, scale: options.scale, say });
      results = mergeResults([results, { runs: [run], measurements }]);
      await writeResults(file, results);
    } catch (error) {
      process.exitCode = 1;
      say(`${part.name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  if (results.runs.length > 0) say(`written to ${file}`);
  return results;
}

/** The results of earlier runs, or null when a file holds none, which is said. */
async function read(paths: readonly string[]): Promise<Results | null> {
  try {
    return mergeResults(await Promise.all(paths.map(readResults)));
  } catch (error) {
    process.exitCode = 2;
    say(`bench: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

async function runBench(options: RunOptions): Promise<void> {
  const results = options.from.length > 0 ? await read(options.from) : await measure(options);
  if (results === null) return;
  printTables(results);
  if (options.from.length === 0 && options.scale < 1) {
    print('The figures to reach are those of full size: a smaller run shows that all works, and judges little.');
  }
  if (options.hasDocs) for (const path of await writeDocs(DOCS, PARTS, results)) say(`written ${path}`);
}

const options = parseOptions(process.argv.slice(2), NAMES);
if (options.kind === 'run') await runBench(options);
else if (options.kind === 'help') print(HELP);
else if (options.kind === 'list') print(PARTS.map(({ name, title }) => `${name.padEnd(18)}  ${title}`).join('\n'));
else {
  say(`bench: ${options.message}`);
  process.exitCode = 2;
}
