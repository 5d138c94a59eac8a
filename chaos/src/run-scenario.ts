import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createOracle, createRandom, type Verdict } from '@auditlane/testkit/harness';
import { withDeadline } from './deadline.ts';
import { judgeDetection, type Detection } from './detection/judge-detection.ts';
import { readJournal } from './producer/journal.ts';
import type { Profile, Scenario } from './scenario.ts';
import { countLedger, readDeadLetters, readRows } from './world/evidence.ts';
import { heal, measureFresh, settle } from './world/heal.ts';
import { measureSlowness } from './world/slowness.ts';
import { livingWorkers, openWorld, type World } from './world/world.ts';

/** What came of one scenario under one profile. */
export interface ScenarioResult {
  readonly id: string;
  readonly title: string;
  readonly promise: string;
  readonly profile: Profile;
  readonly seed: number;
  /** Why it was not run. */
  readonly skipped?: string;
  readonly verdict?: Verdict;
  /** Batches taken over, redelivered events absorbed, calls of zombies refused. */
  readonly counters: { readonly adopted: number; readonly absorbed: number; readonly fenced: number };
  /** Whether the product named what was lost; absent when nothing was. */
  readonly detection?: Detection;
  readonly slowness: number;
  readonly tookMs: number;
  /** Every broken promise; none when all were kept. */
  readonly broken: readonly string[];
}

const FRESH_MS = 5000;
/** A scenario takes seconds; a nemesis brings its own. */
const RUN_MS = 120_000;
const SETTLE_MS = 30_000;
/** A loss is named 15 to 45 s after its producer's next event was stored. */
const DETECTION_MS = 60_000;
const NO_COUNTERS = { adopted: 0, absorbed: 0, fenced: 0 } as const;

interface Liveness {
  readonly freshMs: number | null;
  readonly slowness: number;
}

async function judge(world: World, scenario: Scenario, { freshMs, slowness }: Liveness) {
  const oracle = createOracle();
  const complaints: string[] = [];
  for (const name of readdirSync(world.journalDir)) {
    complaints.push(...(await readJournal(join(world.journalDir, name), oracle)));
  }
  const state = await world.queue.inspect();
  const { ledger, table } = await countLedger(world.pool);
  const verdict = await oracle.judge({
    rows: readRows(world.pool),
    deadLetters: await readDeadLetters(world.redis, world.pool, world.keys.failed),
    conservationDifference: scenario.losesCounters === true ? null : state.conservationDifference,
    ledgerRows: null,
    freshMs,
    freshLimitMs: FRESH_MS * slowness,
    happened: world.happenings,
    lossBound: scenario.lossBound?.(world, oracle.levels()) ?? 0,
  });
  const { adopted = 0, duplicates: absorbed = 0, fenced = 0 } = state.stats;
  const ledgerFault = ledger === table ? [] : [`the ledger counts ${ledger} rows, the table has ${table}`];
  return {
    verdict,
    counters: { adopted, absorbed, fenced },
    broken: [...verdict.broken, ...ledgerFault, ...complaints],
  };
}

/** The last lines of every worker and producer, for a run that broke a promise. */
function tellLogs(world: World): string {
  const processes = [...world.workers, ...world.producers.map((each) => each.process)];
  return processes
    .map(({ lines }) =>
      lines
        .slice(-20)
        .map(({ text }) => text.slice(0, 500))
        .join('\n'),
    )
    .join('\n--\n');
}

async function runIn(
  world: World,
  scenario: Scenario,
  o: { readonly onLog: (text: string) => void; readonly detectionMs: number },
) {
  const failures: string[] = [];
  await withDeadline(scenario.deadlineMs ?? RUN_MS, 'the fault', scenario.run(world)).catch((error: unknown) => {
    failures.push(`the scenario could not be carried out: ${error instanceof Error ? error.message : String(error)}`);
  });
  await heal(world);
  const slowness = measureSlowness();
  const freshMs = await measureFresh(world);
  const isSettled = await settle(world, SETTLE_MS * slowness);
  if (!isSettled) failures.push('queue, claims and spool were not empty a minute after the load ended');
  for (const worker of livingWorkers(world)) await worker.stop('SIGTERM', SETTLE_MS);
  const judged = await judge(world, scenario, { freshMs, slowness });
  const { lost } = judged.verdict;
  // Where none is permitted a loss breaks the promise anyway.
  const isToBeNamed = lost.length > 0 && scenario.lossBound !== undefined;
  const detection = isToBeNamed ? await judgeDetection(world, { lost, deadlineMs: o.detectionMs * slowness }) : null;
  const broken = [...failures, ...judged.broken, ...(detection?.broken ?? [])];
  if (broken.length > 0) o.onLog(tellLogs(world));
  return { ...judged, ...(detection && { detection }), slowness, broken };
}

/** Runs a scenario in a world of its own: fault, heal, a fresh event, an empty queue, the judge. Never rejects. */
export async function runScenario(
  scenario: Scenario,
  o: {
    readonly profile: Profile;
    readonly seed: number;
    readonly onLog: (text: string) => void;
    /** How long the product may take to name a loss, on a free machine. Default 60000. */
    readonly detectionMs?: number;
  },
): Promise<ScenarioResult> {
  const startedMs = performance.now();
  const { id, title, promise } = scenario;
  const named = { id, title, promise, profile: o.profile, seed: o.seed };
  const skipped = (await scenario.skip?.()) ?? null;
  if (skipped !== null) return { ...named, skipped, counters: NO_COUNTERS, slowness: 1, tookMs: 0, broken: [] };
  try {
    const random = createRandom(o.seed).fork(id);
    await using world = await openWorld({ profile: o.profile, random, options: scenario.world ?? {} });
    const ran = await runIn(world, scenario, { onLog: o.onLog, detectionMs: o.detectionMs ?? DETECTION_MS });
    return { ...named, ...ran, tookMs: Math.round(performance.now() - startedMs) };
  } catch (error) {
    const broken = [`the run failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
    return { ...named, counters: NO_COUNTERS, slowness: 1, tookMs: Math.round(performance.now() - startedMs), broken };
  }
}
