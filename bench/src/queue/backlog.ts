/**
 * A backlog that is drained many times: entries are made once, as the client makes them, and a copy of the list is put
 * under the queue's name in one step, which is when the clock starts.
 */
import type { Redis } from 'ioredis';
import { encodeSamples, type EncodeOptions } from '../events/encode-samples.ts';
import { QUEUE_KEYS } from './queue-keys.ts';

const PUSH = 250;
const PUSH_BYTES = 1_048_576;
const PUSHES_AT_ONCE = 8;

/** What a backlog is made of. */
export interface BacklogOptions extends EncodeOptions {
  readonly events: number;
  /** The list that it is put into, and which it replaces; default: one of its own for so many events. */
  readonly key?: string;
}

/** Some entries in a list of their own, the oldest at its right end; it is deleted with its block. */
export interface Backlog extends AsyncDisposable {
  readonly events: number;
  readonly key: string;
  /** UTF-8 bytes of all entries. */
  readonly bytes: number;
}

/** Makes a backlog. Rejects when the list does not hold each entry once. */
export async function createBacklog(redis: Redis, options: BacklogOptions): Promise<Backlog> {
  const { events, key = `bench:backlog-${events}`, first = 0, bytes: size } = options;
  const push = size === undefined ? PUSH : Math.max(1, Math.min(PUSH, Math.floor(PUSH_BYTES / size)));
  let bytes = 0;
  let pending: Promise<unknown>[] = [];
  await redis.unlink(key);
  for (let made = 0; made < events; made += push) {
    const lines = encodeSamples(Math.min(push, events - made), { first: first + made, bytes: size });
    for (const line of lines) bytes += Buffer.byteLength(line);
    if (pending.push(redis.lpush(key, ...lines)) < PUSHES_AT_ONCE) continue;
    await Promise.all(pending);
    pending = [];
  }
  await Promise.all(pending);
  const length = await redis.llen(key);
  if (length !== events) throw new Error(`the backlog has ${length} entries instead of ${events}`);
  return { events, key, bytes, [Symbol.asyncDispose]: async () => void (await redis.unlink(key)) };
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
