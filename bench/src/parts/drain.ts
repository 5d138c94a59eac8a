/**
 * Drains a backlog by 1, 2 and 4 workers against one and two connections that copy the very same rows into the same
 * indexed table, from files. Fair to both: what starts and connects does so before the clock, each run begins with empty
 * tables after a checkpoint, and a first drain of the largest amount, whose figures are thrown away, has made the
 * segments of the write-ahead log that all later runs write over (making them cost 3 µs a row). The workers are fresh
 * processes, which compile their code while the clock runs; what workers reach that have worked before stands beside it.
 * Copying has no queue, no validation and no ledger to pay for: it is the machine's limit, not a peer.
 */
import { createBacklog, type Backlog } from '../queue/backlog.ts';
import { copyOnce, takeRows, writeTable, type CopyRun, type RowFiles } from '../clocks/copy-run.ts';
import { drainOnce, openGround, type DrainOptions, type DrainRun, type Ground } from '../clocks/drain-run.ts';
import type { Part, PartContext } from '../part.ts';
import type { Bound, Measurement } from '../report/report.ts';

const PART = 'drain';
const AMOUNTS = [200_000, 1_000_000];
const WORKERS = [1, 2, 4];
const WORKER_PEAK_MB = 128;
const WARM_UP_SHARE = 0.05;

/** All runs of one amount, one of each a round. */
interface Runs {
  readonly events: number;
  readonly copies: readonly (readonly CopyRun[])[];
  readonly drains: readonly (readonly DrainRun[])[];
  readonly everySecond: readonly DrainRun[];
  /** By two workers that have drained something before the clock. */
  readonly warm: readonly DrainRun[];
}

async function onEverySecond(ground: Ground, options: DrainOptions): Promise<DrainRun> {
  await ground.redis.config('SET', 'appendfsync', 'everysec');
  try {
    return await drainOnce(ground, options);
  } finally {
    await ground.redis.config('SET', 'appendfsync', 'always');
  }
}

async function measureAmount(
  ground: Ground,
  context: PartContext,
  amount: { readonly backlog: Backlog; readonly warmUp: Backlog; readonly files: RowFiles },
): Promise<Runs> {
  const { backlog, warmUp, files } = amount;
  const { directory, rounds, say } = context;
  const copies: CopyRun[][] = [[], []];
  const drains: DrainRun[][] = WORKERS.map(() => []);
  const everySecond: DrainRun[] = [];
  const warm: DrainRun[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    say(`drain of ${backlog.events} events, round ${round} of ${rounds}`);
    for (const [at, paths] of [files.whole, files.halves].entries()) {
      copies[at]?.push(await copyOnce(ground, files.rows, paths));
    }
    for (const [at, workers] of WORKERS.entries()) {
      drains[at]?.push(await drainOnce(ground, { backlog, workers, directory }));
    }
    warm.push(await drainOnce(ground, { backlog, warmUp, workers: 2, directory }));
    everySecond.push(await onEverySecond(ground, { backlog, workers: 2, directory }));
  }
  return { events: backlog.events, copies, drains, everySecond, warm };
}

/** Names as they stand in the table; other parts compare with these. */
function namesOf(events: number): {
  readonly copy: (connections: number) => string;
  readonly drain: (workers: number) => string;
} {
  const amount = events.toLocaleString('en');
  return {
    copy: (connections) => `COPY of ${amount} rows, ${connections} connection${connections === 1 ? '' : 's'}`,
    drain: (workers) => `drain of ${amount} by ${workers} worker${workers === 1 ? '' : 's'}`,
  };
}

/** The figures to reach are of the published amounts: a shorter run is measured, not judged. */
function boundsOf(events: number): { readonly one?: Bound; readonly two?: Bound } {
  if (events === 200_000) return { one: { ratioAtLeast: 1 } };
  if (events === 1_000_000) return { one: { ratioAtLeast: 1.3 }, two: { ratioAtLeast: 0.6 } };
  return {};
}

function ratesOf(runs: Runs): readonly Measurement[] {
  const names = namesOf(runs.events);
  const bounds = boundsOf(runs.events);
  const copies = runs.copies.map((each, at) => ({
    part: PART,
    name: names.copy(at + 1),
    unit: 'rows/s',
    values: each.map((run) => run.rowsPerSecond),
  }));
  const drains = runs.drains.map((each, at) => ({
    part: PART,
    name: names.drain(WORKERS[at] ?? 0),
    unit: 'events/s',
    values: each.map((run) => run.eventsPerSecond),
    comparedWith: names.copy(1),
    ...(WORKERS[at] === 2 && bounds.one !== undefined && { bound: bounds.one }),
  }));
  const byTwo = {
    part: PART,
    name: `${names.drain(2)}, against 2 connections`,
    unit: 'events/s',
    values: (runs.drains[WORKERS.indexOf(2)] ?? []).map((run) => run.eventsPerSecond),
    comparedWith: names.copy(2),
    ...(bounds.two !== undefined && { bound: bounds.two }),
  };
  const everySecond = {
    part: PART,
    name: `${names.drain(2)}, appendfsync everysec`,
    unit: 'events/s',
    values: runs.everySecond.map((run) => run.eventsPerSecond),
    comparedWith: names.drain(2),
  };
  const warm = {
    part: PART,
    name: `${names.drain(2)} that have worked before`,
    unit: 'events/s',
    values: runs.warm.map((run) => run.eventsPerSecond),
    comparedWith: names.copy(1),
  };
  return [...copies, ...drains, byTwo, warm, everySecond];
}

/** What an event costs whom, of the drains by two workers. */
function costsOf(runs: Runs): readonly Measurement[] {
  const amount = runs.events.toLocaleString('en');
  const byTwo = runs.drains[WORKERS.indexOf(2)] ?? [];
  const copied = runs.copies[0] ?? [];
  const of = (name: string, unit: string, values: readonly number[], more: Partial<Measurement> = {}): Measurement => ({
    part: PART,
    name: `${name}, ${amount}`,
    unit,
    values,
    ...more,
  });
  const postgresCopying = `CPU of Postgres a row, COPY by 1 connection`;
  const walCopying = 'write-ahead log a row, COPY by 1 connection';
  const peaks = runs.drains.reduce<readonly number[]>(
    (largest, each) => each.map((run, round) => Math.max(run.peakMb, largest[round] ?? 0)),
    [],
  );
  return [
    of(
      'CPU of both workers an event',
      'µs',
      byTwo.map((run) => run.workersMicros),
    ),
    of(
      'CPU of Redis an event',
      'µs',
      byTwo.map((run) => run.redisMicros),
    ),
    of(
      'CPU of Postgres an event',
      'µs',
      byTwo.map((run) => run.postgresMicros),
      {
        comparedWith: `${postgresCopying}, ${amount}`,
      },
    ),
    of(
      postgresCopying,
      'µs',
      copied.map((run) => run.postgresMicros),
    ),
    of(
      'write-ahead log an event',
      'B',
      byTwo.map((run) => run.walBytes),
      { comparedWith: `${walCopying}, ${amount}` },
    ),
    of(
      walCopying,
      'B',
      copied.map((run) => run.walBytes),
    ),
    of(
      "Redis' append-only file an event",
      'B',
      byTwo.map((run) => run.appendOnlyBytes),
    ),
    of('largest memory of a worker', 'MB', peaks, { bound: { atMost: WORKER_PEAK_MB } }),
  ];
}

async function makeRows(ground: Ground, context: PartContext, backlog: Backlog): Promise<string> {
  context.say(`warming up with ${backlog.events} events`);
  await drainOnce(ground, { backlog, workers: 2, directory: context.directory });
  return writeTable(ground, context.directory);
}

/** Measures each amount of events on one stack; the figures to reach are those of the published amounts. */
export async function measureDrain(context: PartContext, amounts: readonly number[]): Promise<readonly Measurement[]> {
  await using ground = await openGround(context.stack);
  const largest = await createBacklog(ground.redis, Math.max(...amounts));
  const rows = await makeRows(ground, context, largest);
  const warmUp = await createBacklog(ground.redis, Math.max(1, Math.round(largest.events * WARM_UP_SHARE)));
  const measured: Measurement[] = [];
  for (const events of amounts) {
    const backlog = events === largest.events ? largest : await createBacklog(ground.redis, events);
    const files = await takeRows(rows, events, context.directory);
    const runs = await measureAmount(ground, context, { backlog, warmUp, files });
    measured.push(...ratesOf(runs), ...costsOf(runs));
  }
  return measured;
}

/** The part `drain`. */
export const drain: Part = {
  name: PART,
  title: 'Draining a backlog',
  run: (context) =>
    measureDrain(
      context,
      AMOUNTS.map((amount) => Math.round(amount * context.scale)),
    ),
};
