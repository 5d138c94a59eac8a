/**
 * Drains a prepared list once: workers are started and ready before the clock, then a copy of the list takes the queue's
 * name in one step. Ends when Redis has nothing queued or claimed and counts every event as stored.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createQueue } from '@auditlane/queue';
import { QUEUE_KEYS } from '../queue/queue-keys.ts';
import { openRedis } from '../servers/redis-client.ts';
import { startWorkers } from '../programs/worker-fleet.ts';
import { machineCpuSeconds } from './machine-cpu.ts';

/** What to drain, and where to. */
export interface DrainListOptions {
  readonly redisUrl: string;
  readonly databaseUrl: string;
  /** The list; it stays as it is. */
  readonly key: string;
  readonly events: number;
  readonly workers: number;
  /** A folder for compiled code, so that starting costs the second worker less. */
  readonly directory: string;
}

/** How it went. */
export interface Drained {
  readonly seconds: number;
  readonly eventsPerSecond: number;
  /** The largest resident memory of any worker. */
  readonly peakMb: number;
  /** CPU of all workers an event. */
  readonly workerMicros: number;
  /** Cores that the whole machine kept busy meanwhile. */
  readonly busyCores: number;
}

const COPY = 'bench:copy';
const POLL_MS = 10;
const STUCK_MS = 600_000;

/** See above. Rejects when nothing more is stored for ten minutes, or when an event was parked or had been stored before. */
export async function drainList(options: DrainListOptions): Promise<Drained> {
  await using redis = await openRedis(options.redisUrl);
  const queue = createQueue(redis, QUEUE_KEYS);
  await redis.copy(options.key, COPY);
  await using fleet = await startWorkers(options.workers, {
    REDIS_URL: options.redisUrl,
    DATABASE_URL: options.databaseUrl,
    AUDIT_MAX_QUEUE_LENGTH: '5000000',
    NODE_COMPILE_CACHE: join(options.directory, 'compile-cache'),
  });
  const before = (await queue.inspect()).stats;
  const [workerCpu, machineCpu] = [await fleet.cpuSeconds(), await machineCpuSeconds()];
  const started = performance.now();
  await redis.rename(COPY, QUEUE_KEYS.queue);
  await redis.publish(QUEUE_KEYS.wake, 'bench');
  await waitUntilStored(queue, { before, events: options.events });
  const seconds = (performance.now() - started) / 1000;
  return {
    seconds,
    eventsPerSecond: options.events / seconds,
    busyCores: ((await machineCpuSeconds()) - machineCpu) / seconds,
    workerMicros: (((await fleet.cpuSeconds()) - workerCpu) * 1e6) / options.events,
    peakMb: Math.max(...(await fleet.peakMb())),
  };
}

async function waitUntilStored(
  queue: ReturnType<typeof createQueue>,
  { before, events }: { readonly before: Readonly<Record<string, number>>; readonly events: number },
): Promise<void> {
  const grown = (stats: Readonly<Record<string, number>>, name: string): number =>
    (stats[name] ?? 0) - (before[name] ?? 0);
  let stored = 0;
  for (let changedAt = performance.now(); ; await sleep(POLL_MS)) {
    const { main, inFlight, stats } = await queue.inspect();
    const now = grown(stats, 'stored');
    if (main.depth === 0 && inFlight.entries === 0 && now >= events) return;
    const other = grown(stats, 'dead') + grown(stats, 'duplicates');
    if (other > 0) throw new Error(`${other} of ${events} events were parked or were there already`);
    if (now > stored) [stored, changedAt] = [now, performance.now()];
    if (performance.now() - changedAt > STUCK_MS) throw new Error(`the drain stands still at ${now} of ${events}`);
  }
}
