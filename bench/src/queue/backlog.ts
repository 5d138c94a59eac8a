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
