/**
 * One drain: workers are started and ready, the backlog appears in the queue, the clock runs until every row is
 * committed. Whoever watches costs the machine too (adding up the ledger every 10 ms cost 0.7 µs an event), so the
 * length of the queue is asked for, and Postgres only after it is empty.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { copyBacklog, queueLength, type Backlog } from '../queue/backlog.ts';
import { appendOnlyBytes, settleAppendOnlyFile } from '../servers/append-only-file.ts';
import { connectPostgres, type PostgresClient } from '../servers/postgres-client.ts';
import { cpuSecondsOf, cpuSecondsOfFamily } from './process-cpu.ts';
import { openRedis } from '../servers/redis-client.ts';
import type { Stack } from '../servers/stack.ts';
import { startWorkers, type WorkerFleet } from '../programs/worker-fleet.ts';

const POLL_MS = 5;
const STALLED_MS = 60_000;

/** The servers of a run, connected. */
export interface Ground {
  readonly stack: Stack;
  readonly redis: Redis;
  readonly database: PostgresClient;
}

/** Connects to the servers; both connections end with the block. */
export async function openGround(stack: Stack): Promise<Ground & AsyncDisposable> {
  await using opened = new AsyncDisposableStack();
  const redis = opened.use(await openRedis(stack.redis.url));
  const database = opened.use(await connectPostgres(stack.postgres.url));
  const kept = opened.move();
  return { stack, redis, database, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** What is drained, and by how many workers. */
export interface DrainOptions {
  readonly backlog: Backlog;
  readonly workers: number;
  /** Where the workers keep their compiled code between runs. */
  readonly directory: string;
  /** What the same workers drain first, outside of the clock: their code is compiled then, as in workers that run for weeks. */
  readonly warmUp?: Backlog;
  /** Added to the environment of the workers. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What a drain reached and used; microseconds and bytes are an event's share. */
export interface DrainRun {
  readonly eventsPerSecond: number;
  /** The largest resident memory that a worker has had. */
  readonly peakMb: number;
  readonly workersMicros: number;
  readonly postgresMicros: number;
  readonly redisMicros: number;
  readonly walBytes: number;
  readonly appendOnlyBytes: number;
}

/** Empties the tables and lets Postgres write out what it holds, so that no run pays for the one before. */
export async function emptyTables(database: PostgresClient): Promise<void> {
  await database.query('truncate audit_logs, audit_batches');
  await database.query('checkpoint');
}

/** Rows of the ledger's batches; the number of stored events while nothing expires. */
async function countStored(database: PostgresClient): Promise<number> {
  const { rows } = await database.query<{ stored: string }>(
    'select coalesce(sum(rows), 0) as stored from audit_batches',
  );
  return Number(rows[0]?.stored ?? 0);
}

/** Resolves once the queue is empty and `events` events are stored. Rejects when nothing moves for a minute. */
async function waitUntilStored(ground: Ground, events: number, fleet: WorkerFleet): Promise<void> {
  let last = Number.NaN;
  let movedAt = performance.now();
  for (;;) {
    const waiting = await queueLength(ground.redis);
    const open = waiting > 0 ? waiting + events : events - (await countStored(ground.database));
    if (open === 0) return;
    if (open !== last) movedAt = performance.now();
    last = open;
    if (performance.now() - movedAt > STALLED_MS) {
      throw new Error(`the workers store nothing any more; last said:\n${fleet.lastLines().join('\n')}`);
    }
    await sleep(POLL_MS);
  }
}

/** Position of the write-ahead log in bytes. */
export async function walPosition(database: PostgresClient): Promise<number> {
  const { rows } = await database.query<{ bytes: string }>(
    `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') as bytes`,
  );
  return Number(rows[0]?.bytes ?? Number.NaN);
}

async function readUse(ground: Ground, fleet: WorkerFleet): Promise<readonly number[]> {
  const { stack, redis, database } = ground;
  return Promise.all([
    fleet.cpuSeconds(),
    cpuSecondsOfFamily(stack.postgres.pid),
    cpuSecondsOf([stack.redis.pid]),
    walPosition(database),
    appendOnlyBytes(redis),
  ]);
}

/** Fails when the table does not hold each event once: a figure of a drain that lost events is none. */
async function checkRows(database: PostgresClient, events: number): Promise<void> {
  const { rows } = await database.query<{ stored: string }>('select count(*) as stored from audit_logs');
  const stored = Number(rows[0]?.stored);
  if (stored !== events) throw new Error(`${stored} rows were stored of ${events} events`);
}

const nothing = (): Promise<void> => Promise.resolve();

/** Drains a copy of the backlog into empty tables. */
export async function drainOnce(ground: Ground, options: DrainOptions): Promise<DrainRun> {
  const { stack, redis, database } = ground;
  const { events } = options.backlog;
  await emptyTables(database);
  await settleAppendOnlyFile(redis);
  // Before the workers: Redis answers nobody while it copies a long list.
  const begin = await copyBacklog(redis, options.backlog);
  const beginWarmUp = options.warmUp === undefined ? nothing : await copyBacklog(redis, options.warmUp);
  await using fleet = await startWorkers(options.workers, {
    REDIS_URL: stack.redis.url,
    DATABASE_URL: stack.postgres.url,
    NODE_COMPILE_CACHE: join(options.directory, 'compile-cache'),
    ...options.env,
  });
  if (options.warmUp !== undefined) {
    await beginWarmUp();
    await waitUntilStored(ground, options.warmUp.events, fleet);
    await emptyTables(database);
  }
  const before = await readUse(ground, fleet);
  const started = performance.now();
  await begin();
  await waitUntilStored(ground, events, fleet);
  const seconds = (performance.now() - started) / 1000;
  const after = await readUse(ground, fleet);
  const peakMb = Math.max(...(await fleet.peakMb()));
  await checkRows(database, events);
  const used = (at: number): number => ((after[at] ?? Number.NaN) - (before[at] ?? Number.NaN)) / events;
  return {
    eventsPerSecond: events / seconds,
    peakMb,
    workersMicros: used(0) * 1e6,
    postgresMicros: used(1) * 1e6,
    redisMicros: used(2) * 1e6,
    walBytes: used(3),
    appendOnlyBytes: used(4),
  };
}
