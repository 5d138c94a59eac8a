/**
 * One drain: workers are started and ready, the backlog appears in the queue, the clock runs until every row is
 * committed. Whoever watches costs the machine too (adding up the ledger every 10 ms cost 0.7 µs an event), so the
 * length of the queue is asked for, and Postgres only after it is empty.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toProcessEnv } from '../programs/process-env.ts';
import { startWorkers, type WorkerFleet } from '../programs/worker-fleet.ts';
import { copyBacklog, queueLength, type Backlog } from '../queue/backlog.ts';
import { isDrained } from '../queue/wait-until-drained.ts';
import { appendOnlyBytes, settleAppendOnlyFile } from '../servers/append-only-file.ts';
import { emptyTables } from '../servers/empty-tables.ts';
import type { Ground } from '../servers/ground.ts';
import type { PostgresClient } from '../servers/postgres-client.ts';
import { requireRows } from '../servers/require-rows.ts';
import { walPosition } from '../servers/wal-position.ts';
import { cpuSecondsOf, cpuSecondsOfFamily, cpuSecondsOfMachine } from './process-cpu.ts';
import { watchForStall } from './stall-watch.ts';

const POLL_MS = 5;

/** What is drained, and by how many workers. */
export interface DrainOptions {
  readonly backlog: Backlog;
  readonly workers: number;
  /** Where the workers keep their compiled code between runs. */
  readonly directory: string;
  /** What the same workers drain first, outside of the clock: their code is compiled then, as in workers that run for weeks. */
  readonly warmUp?: Backlog;
  /** Whether rows that are there stay there; default: the tables are emptied first, and the rows counted at the end. */
  readonly keepsRows?: boolean;
}

/** What a drain reached and used; microseconds and bytes are an event's share. */
export interface DrainRun {
  readonly seconds: number;
  readonly eventsPerSecond: number;
  /** Cores that the whole machine kept busy meanwhile. */
  readonly busyCores: number;
  /** The largest resident memory that a worker has had, in MiB. */
  readonly peakMb: number;
  readonly workersMicros: number;
  readonly postgresMicros: number;
  readonly redisMicros: number;
  readonly walBytes: number;
  readonly appendOnlyBytes: number;
}

/** Events that workers have stored, by the ledger; what a worker notes about itself is none. */
async function countStored(database: PostgresClient): Promise<number> {
  const { rows } = await database.query<{ stored: string }>(
    `select coalesce(sum(rows), 0) as stored from audit_batches where writer <> 'audit-worker'`,
  );
  return Number(rows[0]?.stored ?? 0);
}

/**
 * Takes the step that fills the queue, and resolves once it is empty and `events` events are stored. Rejects when it is
 * empty and they are not (some were parked, or had been stored before), and when nothing moves any more.
 */
async function storeAll(
  { redis, database }: Ground,
  {
    events,
    begin,
    fleet,
  }: { readonly events: number; readonly begin: () => Promise<void>; readonly fleet: WorkerFleet },
): Promise<number> {
  const before = await countStored(database);
  const isStalled = watchForStall();
  const started = performance.now();
  await begin();
  for (;;) {
    const waiting = await queueLength(redis);
    // Looked at before the ledger: what had left the queue by then is in the ledger, or never will be.
    const isOver = waiting === 0 && (await isDrained(redis));
    const stored = waiting === 0 ? (await countStored(database)) - before : 0;
    if (stored === events) return (performance.now() - started) / 1000;
    if (isOver || isStalled(stored - waiting)) {
      const said = fleet.lastLines().join('\n');
      throw new Error(`the workers stored ${stored} of ${events} events, ${waiting} wait; last said:\n${said}`);
    }
    await sleep(POLL_MS);
  }
}

async function readUse({ stack, redis, database }: Ground, fleet: WorkerFleet) {
  return {
    workers: await fleet.cpuSeconds(),
    postgres: await cpuSecondsOfFamily(stack.postgres.pid),
    redis: await cpuSecondsOf([stack.redis.pid]),
    machine: await cpuSecondsOfMachine(),
    walBytes: await walPosition(database),
    appendOnlyBytes: await appendOnlyBytes(redis),
  };
}

/** Drains a copy of the backlog. */
export async function drainOnce(ground: Ground, options: DrainOptions): Promise<DrainRun> {
  const { stack, redis, database } = ground;
  const { backlog, warmUp, workers, directory, keepsRows = false } = options;
  const { events } = backlog;
  if (!keepsRows) await emptyTables(database);
  await settleAppendOnlyFile(redis);
  // Before the workers: Redis answers nobody while it copies a long list.
  const begin = await copyBacklog(redis, backlog);
  const beginWarmUp = warmUp === undefined ? null : await copyBacklog(redis, warmUp);
  const env = { ...toProcessEnv(stack), NODE_COMPILE_CACHE: join(directory, 'compile-cache') };
  await using fleet = await startWorkers(workers, env);
  if (warmUp !== undefined && beginWarmUp !== null) {
    await storeAll(ground, { events: warmUp.events, begin: beginWarmUp, fleet });
    if (!keepsRows) await emptyTables(database);
  }
  const before = await readUse(ground, fleet);
  const seconds = await storeAll(ground, { events, begin, fleet });
  const after = await readUse(ground, fleet);
  const peakMb = Math.max(...(await fleet.peakMb()));
  if (!keepsRows) await requireRows(database, 'the drain', events);
  const micros = (of: 'workers' | 'postgres' | 'redis'): number => ((after[of] - before[of]) * 1e6) / events;
  return {
    seconds,
    eventsPerSecond: events / seconds,
    busyCores: (after.machine - before.machine) / seconds,
    peakMb,
    workersMicros: micros('workers'),
    postgresMicros: micros('postgres'),
    redisMicros: micros('redis'),
    walBytes: (after.walBytes - before.walBytes) / events,
    appendOnlyBytes: (after.appendOnlyBytes - before.appendOnlyBytes) / events,
  };
}
