/** `npm run chaos`: makes faults, judges what they cost, prints the table. Exit status 1 when a promise was broken. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createNemesis } from './nemesis/nemesis.ts';
import { PAIRS } from './pairs/pairs.ts';
import { readOptions, USAGE, UsageError, type ChaosOptions } from './options.ts';
import { listScenarios } from './registry.ts';
import { writeGuarantees, type Block } from './report/guarantees.ts';
import { toFailures } from './report/replay.ts';
import { tellDetection, toTable } from './report/table.ts';
import { writeResults } from './report/write-results.ts';
import { planRuns, runAll, type Run } from './run-all.ts';
import type { ScenarioResult } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';

const RESULTS = resolve(import.meta.dirname, '../results');
const MILLION = 1_000_000;
const GUARANTEES = resolve(import.meta.dirname, '../../docs/guarantees.md');

/** What workers and producers wrote last in a run that broke its promise, in a file: it is long. */
function keepLog(text: string): void {
  mkdirSync(RESULTS, { recursive: true });
  const path = join(RESULTS, `log-${Date.now()}.txt`);
  writeFileSync(path, text);
  say(`    what its processes wrote last: ${path}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function tellResult({ id, profile, tookMs, skipped, broken, verdict, detection }: ScenarioResult): void {
  if (skipped !== undefined) return say(`- ${id} (${profile}) skipped: ${skipped}`);
  const facts = verdict?.happened.map(({ name, count }) => `${name} ${count}`).join(', ') ?? '';
  say(`${broken.length === 0 ? '✓' : '✗'} ${id} (${profile}) ${(tookMs / 1000).toFixed(1)} s: ${facts}`);
  if (detection !== undefined) say(`    lost: ${verdict?.lost.length ?? 0}; ${tellDetection(detection)}`);
  for (const line of broken) say(`    ${line}`);
}

interface Part {
  readonly block: Block;
  readonly runs: readonly Run[];
  readonly jobs: number;
  /** Whether the part is run as the page shows it. */
  readonly isWhole: boolean;
}

function toParts(options: ChaosOptions): readonly Part[] {
  const { only, profiles, minutes, jobs } = options;
  const nemesis: readonly Scenario[] = [createNemesis({ ...options, onProgress: (line) => say(`  ${line}`) })];
  // Alone on the machine too: it has a table of its own.
  const isMillion = only?.join() === 'O1' && options.backlog >= MILLION;
  const parts: readonly (Part & { readonly isAsked: boolean })[] = [
    {
      block: isMillion ? 'backlog' : 'faults',
      runs: planRuns(listScenarios(options), { only, profiles }),
      jobs: isMillion ? 1 : jobs,
      isWhole: (isMillion || only === null) && profiles.length === 2,
      isAsked: options.hasSingles,
    },
    {
      block: 'pairs',
      runs: planRuns(PAIRS, { only, profiles }),
      jobs,
      isWhole: only === null && profiles.length === 2,
      isAsked: options.hasPairs,
    },
    // Alone on the machine: its figures are rates.
    {
      block: 'nemesis',
      runs: planRuns(nemesis, { only: null, profiles }),
      jobs: 1,
      isWhole: minutes >= 10,
      isAsked: minutes > 0,
    },
  ];
  return parts.filter(({ isAsked }) => isAsked);
}

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  const options = readOptions(args, process.env);
  if (options.isHelp) {
    say(USAGE);
    return 0;
  }
  const parts = toParts(options);
  if (options.isListing) {
    for (const { id, title } of [...listScenarios(options), ...PAIRS]) say(`${id.padEnd(6)}${title}`);
    return 0;
  }
  const command = `SEED=${options.seed} npm run chaos${args.length === 0 ? '' : ` -- ${args.join(' ')}`}`;
  say(command);
  const all: ScenarioResult[] = [];
  for (const { block, runs, jobs, isWhole } of parts) {
    const results = await runAll(runs, { seed: options.seed, jobs, onResult: tellResult, onLog: keepLog });
    all.push(...results);
    if (isWhole) await writeGuarantees(GUARANTEES, { block, command, results });
  }
  if (all.length === 0) throw new UsageError(`nothing matches --only ${options.only?.join(',') ?? ''}; see --list`);
  say(`\n${toTable(all)}\n`);
  say(`written to ${await writeResults(RESULTS, { command, results: all })}`);
  const failures = toFailures(all, options);
  if (failures !== '') say(`\n${failures}`);
  return failures === '' ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`auditlane: ${error.message}\n`);
  process.exitCode = 2;
}
