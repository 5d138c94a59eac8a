/**
 * What the machine can do at all, with the settings of `npm start`: how many rows a second Postgres takes from plain
 * files of ready-made rows, into the very table with its indexes, and how many values as long as an entry Redis takes,
 * each push written to disk before it is answered. Both bare: no client, no validation, no worker. Fair to what is held
 * against them: the rows are those of drained events, the servers those of the drain, sessions are connected before the
 * clock starts, and a first drain has made the segments of the write-ahead log that all copies write over.
 */
import { copyOnce, takeRows, writeTable, type RowFiles } from '../clocks/copy-run.ts';
import { drainOnce } from '../clocks/drain-run.ts';
import { cpuSecondsOf } from '../clocks/process-cpu.ts';
import { findPushBench, PUSHED_BYTES, type PushBench, type PushLoad } from '../clocks/redis-benchmark.ts';
import type { Part, PartContext } from '../part.ts';
import { createBacklog } from '../queue/backlog.ts';
import { createCollection, type Collection } from '../report/collection.ts';
import type { Measurement } from '../report/report.ts';
import { toCounted } from '../report/to-count.ts';
import { openGround, type Ground } from '../servers/ground.ts';

const PART = 'limits';
const ROWS = 1_000_000;
/** Alone, in company, and in batches as a client of this project sends. */
const LOADS: readonly PushLoad[] = [
  { clients: 1, pipeline: 1, pushes: 50_000 },
  { clients: 50, pipeline: 1, pushes: 200_000 },
  { clients: 50, pipeline: 16, pushes: 1_000_000 },
  { clients: 1, pipeline: 256, pushes: 1_000_000 },
];

interface PushRun {
  readonly perSecond: number;
  readonly redisMicros: number;
}

async function pushOnce(ground: Ground, bench: PushBench, load: PushLoad): Promise<PushRun> {
  const { pid, url } = ground.stack.redis;
  const before = await cpuSecondsOf([pid]);
  const perSecond = await bench.run(url, load);
  return { perSecond, redisMicros: (((await cpuSecondsOf([pid])) - before) * 1e6) / load.pushes };
}

async function addPushes(ground: Ground, context: PartContext, collected: Collection): Promise<void> {
  const bench = await findPushBench();
  for (const { clients, pipeline, pushes: published } of LOADS) {
    const pushes = Math.max(1_000, Math.round(published * context.scale));
    const run = await pushOnce(ground, bench, { clients, pipeline, pushes });
    const load = `${toCounted(clients, 'client')}, ${pipeline === 1 ? 'no pipeline' : `pipeline ${pipeline}`}`;
    collected.add({ name: `LPUSH of ${PUSHED_BYTES} B by ${bench.program}, ${load}`, unit: 'pushes/s' }, run.perSecond);
    collected.add({ name: `CPU of Redis a push, ${load}`, unit: 'µs' }, run.redisMicros);
  }
}

async function addCopies(ground: Ground, files: RowFiles, collected: Collection): Promise<void> {
  const name = 'COPY into the indexed table, 1 connection';
  const cpu = 'CPU of Postgres a row, COPY by';
  const byOne = await copyOnce(ground, files.rows, files.whole);
  const byTwo = await copyOnce(ground, files.rows, files.halves);
  collected.add({ name, unit: 'rows/s' }, byOne.rowsPerSecond);
  collected.add({ name: `${cpu} 1 connection`, unit: 'µs' }, byOne.postgresMicros);
  const two = { name: 'COPY into the indexed table, 2 connections', unit: 'rows/s', comparedWith: name };
  collected.add(two, byTwo.rowsPerSecond);
  collected.add({ name: `${cpu} 2 connections`, unit: 'µs' }, byTwo.postgresMicros);
}

/** Rows of drained events, as files; whatever made them is gone. */
async function makeRows(ground: Ground, { directory, scale, say }: PartContext): Promise<RowFiles> {
  const events = Math.round(ROWS * scale);
  say(`making ${events} rows`);
  await using backlog = await createBacklog(ground.redis, { events });
  await drainOnce(ground, { backlog, workers: 2, directory });
  return await takeRows(await writeTable(ground, directory), events, directory);
}

async function run(context: PartContext): Promise<readonly Measurement[]> {
  const { rounds, say } = context;
  const collected = createCollection(PART);
  await using ground = await openGround(context.stack);
  const files = await makeRows(ground, context);
  for (let round = 1; round <= rounds; round += 1) {
    say(`limits, round ${round} of ${rounds}`);
    await addCopies(ground, files, collected);
    await addPushes(ground, context, collected);
  }
  return collected.toMeasurements();
}

/** The part `limits`. */
export const limits: Part = { name: PART, title: 'Limits of the machine', run };
