/**
 * Drains a backlog by 1, 2 and 4 workers against one and two connections that copy the same rows into the same indexed
 * table, from files. Of neither does COPY name `created_at`, `batch` and `stored_at`: Postgres fills them in both, `batch`
 * with the transaction, of which a copied file is one and a drain some hundreds. Fair to both: what starts and connects
 * does so before the clock, each run begins with empty tables after a checkpoint, and a first drain of the largest amount,
 * whose figures are thrown away, has made the segments of the write-ahead log that all later runs write over (making them
 * cost 3 µs a row). The workers are fresh processes, which compile their code while the clock runs; what workers reach that
 * have worked before stands beside it. Copying has no queue, no validation and no ledger to pay for: it is the machine's
 * limit, not a peer.
 */
import { copyOnce, takeRows, writeTable, type CopyRun, type RowFiles } from '../clocks/copy-run.ts';
import { drainOnce, type DrainRun } from '../clocks/drain-run.ts';
import type { Part, PartContext } from '../part.ts';
import { createBacklog, type Backlog } from '../queue/backlog.ts';
import { createCollection, type Collection, type Described } from '../report/collection.ts';
import type { Bound, Measurement } from '../report/report.ts';
import { toCount } from '../report/to-count.ts';
import { openGround, type Ground } from '../servers/ground.ts';
import { withFsync } from '../servers/with-fsync.ts';

const PART = 'drain';
const AMOUNTS = [200_000, 1_000_000];
const WORKER_PEAK_MB = 128;
const WARM_UP_SHARE = 0.05;

/** What one amount of events is measured with. */
interface Amount {
  readonly backlog: Backlog;
  readonly warmUp: Backlog;
  readonly files: RowFiles;
}

/** All runs of one amount in one round. */
interface Runs {
  readonly events: number;
  readonly copyByOne: CopyRun;
  readonly copyByTwo: CopyRun;
  readonly byOne: DrainRun;
  readonly byTwo: DrainRun;
  readonly byFour: DrainRun;
  /** By two workers that have drained something before the clock. */
  readonly warm: DrainRun;
  readonly everySecond: DrainRun;
}

async function runAll(ground: Ground, { directory }: PartContext, amount: Amount): Promise<Runs> {
  const { backlog, warmUp, files } = amount;
  const drain = (workers: number): Promise<DrainRun> => drainOnce(ground, { backlog, workers, directory });
  return {
    events: backlog.events,
    copyByOne: await copyOnce(ground, files.rows, files.whole),
    copyByTwo: await copyOnce(ground, files.rows, files.halves),
    byOne: await drain(1),
    byTwo: await drain(2),
    byFour: await drain(4),
    warm: await drainOnce(ground, { backlog, warmUp, workers: 2, directory }),
    everySecond: await withFsync(ground.stack, 'everysec', () => drain(2)),
  };
}

/** The figures to reach are of the published amounts: a shorter run is measured, not judged. */
function boundsOf(events: number): {
  readonly one?: { readonly bound: Bound };
  readonly two?: { readonly bound: Bound };
} {
  if (events === 200_000) return { one: { bound: { ratioAtLeast: 1 } } };
  if (events === 1_000_000) return { one: { bound: { ratioAtLeast: 1.3 } }, two: { bound: { ratioAtLeast: 0.6 } } };
  return {};
}

/** With names that other parts compare with. */
function addRates(collected: Collection, runs: Runs): void {
  const { copyByOne, copyByTwo, byOne, byTwo, byFour, warm, everySecond } = runs;
  const amount = toCount(runs.events);
  const bounds = boundsOf(runs.events);
  const copy = `COPY of ${amount} rows, 1 connection`;
  const copyTwo = `COPY of ${amount} rows, 2 connections`;
  const drainTwo = `drain of ${amount} by 2 workers`;
  const unit = 'events/s';
  collected.add({ name: copy, unit: 'rows/s' }, copyByOne.rowsPerSecond);
  collected.add({ name: copyTwo, unit: 'rows/s' }, copyByTwo.rowsPerSecond);
  const add = (
    run: DrainRun,
    name: string,
    compared: { readonly comparedWith: string; readonly bound?: Bound },
  ): void => collected.add({ name, unit, ...compared }, run.eventsPerSecond);
  add(byOne, `drain of ${amount} by 1 worker`, { comparedWith: copy });
  add(byTwo, drainTwo, { comparedWith: copy, ...bounds.one });
  add(byFour, `drain of ${amount} by 4 workers`, { comparedWith: copy });
  add(byTwo, `${drainTwo}, against 2 connections`, { comparedWith: copyTwo, ...bounds.two });
  add(warm, `${drainTwo} that have worked before`, { comparedWith: copy });
  add(everySecond, `${drainTwo}, appendfsync everysec`, { comparedWith: drainTwo });
}

/** What an event costs whom, of the drains by two workers. */
function addCosts(collected: Collection, { events, copyByOne, byOne, byTwo, byFour }: Runs): void {
  const amount = toCount(events);
  const postgresCopying = `CPU of Postgres a row, COPY by 1 connection, ${amount}`;
  const walCopying = `write-ahead log a row, COPY by 1 connection, ${amount}`;
  const cpu = (name: string): Described => ({ name: `${name}, ${amount}`, unit: 'µs' });
  const bytes = (name: string): Described => ({ name: `${name}, ${amount}`, unit: 'B' });
  collected.add(cpu('CPU of both workers an event'), byTwo.workersMicros);
  collected.add(cpu('CPU of Redis an event'), byTwo.redisMicros);
  collected.add({ ...cpu('CPU of Postgres an event'), comparedWith: postgresCopying }, byTwo.postgresMicros);
  collected.add({ name: postgresCopying, unit: 'µs' }, copyByOne.postgresMicros);
  collected.add({ ...bytes('write-ahead log an event'), comparedWith: walCopying }, byTwo.walBytes);
  collected.add({ name: walCopying, unit: 'B' }, copyByOne.walBytes);
  collected.add(bytes("Redis' append-only file an event"), byTwo.appendOnlyBytes);
  const peakMb = Math.max(...[byOne, byTwo, byFour].map((run) => run.peakMb));
  const memory = { name: `largest memory of a worker, ${amount}`, unit: 'MiB', bound: { atMost: WORKER_PEAK_MB } };
  collected.addLargest(memory, peakMb);
}

async function makeRows(ground: Ground, context: PartContext, backlog: Backlog): Promise<string> {
  context.say(`warming up with ${backlog.events} events`);
  await drainOnce(ground, { backlog, workers: 2, directory: context.directory });
  return writeTable(ground, context.directory);
}

/** Measures each amount of events on one stack; the figures to reach are those of the published amounts. */
export async function measureDrain(context: PartContext, amounts: readonly number[]): Promise<readonly Measurement[]> {
  const { directory, rounds, say } = context;
  await using ground = await openGround(context.stack);
  await using backlogs = new AsyncDisposableStack();
  const fill = async (events: number): Promise<Backlog> => backlogs.use(await createBacklog(ground.redis, { events }));
  const largest = await fill(Math.max(...amounts));
  const rows = await makeRows(ground, context, largest);
  const warmUp = await fill(Math.max(1, Math.round(largest.events * WARM_UP_SHARE)));
  const collected = createCollection(PART);
  for (const events of amounts) {
    const backlog = events === largest.events ? largest : await fill(events);
    const files = await takeRows(rows, events, directory);
    for (let round = 1; round <= rounds; round += 1) {
      say(`drain of ${events} events, round ${round} of ${rounds}`);
      const runs = await runAll(ground, context, { backlog, warmUp, files });
      addRates(collected, runs);
      addCosts(collected, runs);
    }
  }
  return collected.toMeasurements();
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
