/** `npm run bench`: measures on private servers, prints tables, writes JSON and, if asked, the docs. */
import { join, resolve } from 'node:path';
import { measureParts } from './measure.ts';
import { HELP, isProfiledCommand, parseOptions, toCommand, type RunOptions } from './options.ts';
import { readProfiles } from './profile/read-profiles.ts';
import { toProfileReport } from './profile/to-profile-report.ts';
import { profileInto } from './programs/profile-args.ts';
import { PARTS } from './registry.ts';
import { writeDocs } from './report/docs.ts';
import { toReport } from './report/report.ts';
import { mergeResults, readResults, type Results } from './report/results.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const DOCS = { page: join(ROOT, 'docs/benchmarks.md'), charts: join(ROOT, 'docs/charts') };
const RESULTS = join(ROOT, 'bench/results');
const PROFILES = join(RESULTS, 'profiles');
const NAMES = PARTS.map(({ name }) => name);

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const print = (text: string): void => void process.stdout.write(`${text}\n`);

function refuse(message: string): null {
  process.exitCode = 2;
  say(`bench: ${message}`);
  return null;
}

async function measure(options: RunOptions, at: string): Promise<Results> {
  const { rounds, scale, parts, isProfiled } = options;
  const file = join(RESULTS, `${at}.json`);
  if (isProfiled) profileInto(join(PROFILES, at));
  const chosen = PARTS.filter(({ name }) => parts.includes(name));
  const command = toCommand(options, NAMES);
  const { results, failed } = await measureParts(chosen, { rounds, scale, say, file, command });
  if (failed.length > 0) process.exitCode = 1;
  return results;
}

async function read(paths: readonly string[]): Promise<Results | null> {
  try {
    return mergeResults(await Promise.all(paths.map(readResults)));
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

async function runBench(options: RunOptions): Promise<void> {
  const isRead = options.from.length > 0;
  const at = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const results = isRead ? await read(options.from) : await measure(options, at);
  if (results === null) return;
  if (options.hasDocs && results.runs.some(({ command }) => isProfiledCommand(command))) {
    return void refuse('rates of a run with --profile are slower than others: they are not for --docs');
  }
  print(toReport(PARTS, results.measurements));
  if (options.isProfiled) print(toProfileReport(await readProfiles(join(PROFILES, at), ROOT)));
  if (!isRead && options.scale < 1) print('Figures to reach are those of full size: a smaller run judges little.');
  if (options.hasDocs) for (const path of await writeDocs(DOCS, PARTS, results)) say(`written ${path}`);
}

const options = parseOptions(process.argv.slice(2), NAMES);
if (options.kind === 'run') await runBench(options);
else if (options.kind === 'help') print(HELP);
else if (options.kind === 'list') print(PARTS.map(({ name, title }) => `${name.padEnd(18)}  ${title}`).join('\n'));
else refuse(options.message);
