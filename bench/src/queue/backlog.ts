/**
 * A backlog that is drained many times: entries are made once, as the client makes them, and a copy of the list is put
 * under the queue's name in one step, which is when the clock starts.
 */
import { createQueue, toQueueKeys } from '@auditlane/queue';
import type { Redis } from 'ioredis';
import { encodeSamples } from '../events/encoded-events.ts';
import { QUEUE_KEYS } from './queue-keys.ts';

const PUSH = 250;
const PUSHES_AT_ONCE = 8;
const REWRITE_ABOVE_BYTES = 256 * 1024 ** 2;

/** Some entries under a key of their own. */
export interface Backlog {
  readonly events: number;
  readonly key: string;
}

/** Makes a backlog of `events` entries. */
export async function createBacklog(redis: Redis, events: number): Promise<Backlog> {
  const key = `bench:backlog-${events}`;
  const queue = createQueue(redis, toQueueKeys(key));
  for (let made = 0; made < events; made += PUSH * PUSHES_AT_ONCE) {
    const lines = encodeSamples(Math.min(PUSH * PUSHES_AT_ONCE, events - made), made);
    const pushes: Promise<unknown>[] = [];
    for (let at = 0; at < lines.length; at += PUSH) {
      pushes.push(queue.enqueue(lines.slice(at, at + PUSH), { lane: 'main', capacity: events }));
    }
    await Promise.all(pushes);
  }
  const length = await redis.llen(key);
  if (length !== events) throw new Error(`the backlog has ${length} entries instead of ${events}`);
  return { events, key };
}

/** Readies a copy of the backlog and returns the step that puts it into the queue and wakes the workers. */
export async function copyBacklog(redis: Redis, backlog: Backlog): Promise<() => Promise<void>> {
  const copy = `${backlog.key}:copy`;
  await redis.copy(backlog.key, copy, 'REPLACE');
  return async () => {
    await redis.rename(copy, QUEUE_KEYS.queue);
    await redis.publish(QUEUE_KEYS.wake, 'bench');
  };
}

/** Entries in both lanes, claimed ones left out: two commands, which cost the measured servers next to nothing. */
export async function queueLength(redis: Redis): Promise<number> {
  const [main, urgent] = await Promise.all([redis.llen(QUEUE_KEYS.queue), redis.llen(QUEUE_KEYS.urgent)]);
  return main + urgent;
}

async function readPersistence(redis: Redis): Promise<(name: string) => number> {
  const text = await redis.info('persistence');
  return (name) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);
}

/** The size of Redis' append-only file in bytes. */
export async function appendOnlyBytes(redis: Redis): Promise<number> {
  return (await readPersistence(redis))('aof_current_size');
}

/** Rewrites a large append-only file now, so that Redis does not do it while the clock runs. */
export async function settleAppendOnlyFile(redis: Redis): Promise<void> {
  const before = await readPersistence(redis);
  if (before('aof_current_size') - before('aof_base_size') < REWRITE_ABOVE_BYTES) return;
  await redis.bgrewriteaof();
  for (;;) {
    const read = await readPersistence(redis);
    if (read('aof_rewrite_in_progress') === 0 && read('aof_rewrite_scheduled') === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
