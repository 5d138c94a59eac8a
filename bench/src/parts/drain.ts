/**
 * Drains a backlog with one and with two workers, against one psql connection that copies the very same rows into the
 * same indexed table, from a file. Workers start before the clock: the backlog is moved under the queue's name at once.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectRedis, createQueue, toQueueKeys } from '@auditlane/queue';
import pg from 'pg';
import { copyRowsFrom, writeRowsTo } from '../copy-file.ts';
import { encodeSamples } from '../encoded-events.ts';
import type { Measurement } from '../report.ts';
import type { Stack } from '../stack.ts';
import { startWorkers } from '../worker-fleet.ts';

const PART = 'drain';
const PUSH = 250;
const POLL_MS = 10;

/** How much is drained, and how often. */
export interface DrainOptions {
  readonly events: number;
  readonly rounds: number;
  /** Where the rows are kept as a file between rounds. */
  readonly directory: string;
}

async function emptyTables(database: pg.Client): Promise<void> {
  await database.query('truncate audit_logs, audit_batches');
  await database.query('checkpoint');
}

async function countStored(database: pg.Client): Promise<number> {
  const { rows } = await database.query<{ stored: string }>(
    'select coalesce(sum(rows), 0) as stored from audit_batches',
  );
  return Number(rows[0]?.stored ?? 0);
}

interface DrainRun {
  readonly eventsPerSecond: number;
  readonly largestMb: number;
  readonly cpuMicros: number;
}

async function drainOnce(
  stack: Stack,
  database: pg.Client,
  options: { readonly events: number; readonly workers: number; readonly directory: string },
): Promise<DrainRun> {
  await emptyTables(database);
  const redis = connectRedis(stack.redis.url, { name: 'bench', commandTimeoutMs: 30_000 });
  try {
    const backlog = createQueue(redis, toQueueKeys('bench:backlog'));
    const lines = encodeSamples(options.events);
    for (let at = 0; at < lines.length; at += PUSH) {
      await backlog.enqueue(lines.slice(at, at + PUSH), { lane: 'main', capacity: options.events });
    }
    await using fleet = await startWorkers(options.workers, {
      REDIS_URL: stack.redis.url,
      DATABASE_URL: stack.postgres.url,
      NODE_COMPILE_CACHE: join(options.directory, 'compile-cache'),
    });
    const keys = toQueueKeys('audit:queue');
    const cpuBefore = await fleet.cpuSeconds();
    const started = performance.now();
    await redis.rename('bench:backlog', keys.queue);
    await redis.publish(keys.wake, 'bench');
    while ((await countStored(database)) < options.events) await sleep(POLL_MS);
    const seconds = (performance.now() - started) / 1000;
    const cpuMicros = (((await fleet.cpuSeconds()) - cpuBefore) * 1e6) / options.events;
    return { eventsPerSecond: options.events / seconds, largestMb: Math.max(...(await fleet.residentMb())), cpuMicros };
  } finally {
    redis.disconnect();
  }
}

async function copyOnce(stack: Stack, database: pg.Client, path: string): Promise<number> {
  await emptyTables(database);
  const started = performance.now();
  const rows = await copyRowsFrom(stack.postgres.url, path);
  return rows / ((performance.now() - started) / 1000);
}

/** Runs the rounds, interleaved, and returns events a second and the workers' memory. */
export async function measureDrain(stack: Stack, options: DrainOptions): Promise<readonly Measurement[]> {
  const database = new pg.Client({ connectionString: stack.postgres.url });
  await database.connect();
  const path = join(options.directory, 'rows.copy');
  const copied: number[] = [];
  const one: DrainRun[] = [];
  const two: DrainRun[] = [];
  try {
    for (let round = 0; round < options.rounds; round += 1) {
      const withTwo = await drainOnce(stack, database, { ...options, workers: 2 });
      if (round === 0) await writeRowsTo(stack.postgres.url, path);
      copied.push(await copyOnce(stack, database, path));
      const withOne = await drainOnce(stack, database, { ...options, workers: 1 });
      two.push(withTwo);
      one.push(withOne);
    }
  } finally {
    await database.end();
  }
  const copy = 'one connection copying the same rows from a file';
  return [
    { part: PART, name: copy, unit: 'rows/s', values: copied },
    {
      part: PART,
      name: 'drain by two workers',
      unit: 'events/s',
      values: two.map((run) => run.eventsPerSecond),
      comparedWith: copy,
    },
    {
      part: PART,
      name: 'drain by one worker',
      unit: 'events/s',
      values: one.map((run) => run.eventsPerSecond),
      comparedWith: copy,
    },
    {
      part: PART,
      name: 'resident memory of the largest worker',
      unit: 'MB',
      values: [...one, ...two].map((run) => run.largestMb),
    },
    { part: PART, name: 'CPU of both workers an event', unit: 'µs', values: two.map((run) => run.cpuMicros) },
  ];
}
