import type { Redis } from 'ioredis';
import type { QueueKeys } from './keys.ts';
import { withDeadline } from './script.ts';

/** Type and expiry of one existing key. */
export interface KeyFact {
  readonly key: string;
  readonly expected: string;
  readonly actual: string;
  /** Null when it does not expire. */
  readonly expiresInMs: number | null;
}

// Claims are few (slots times workers); the bound keeps a broken meta hash from holding Redis up.
const MOST_BATCHES = 1000;

function toExpectedTypes(keys: QueueKeys): ReadonlyMap<string, string> {
  return new Map([
    [keys.queue, 'list'],
    [keys.urgent, 'list'],
    [keys.failed, 'list'],
    [keys.failedIds, 'set'],
    [keys.redrives, 'hash'],
    [keys.leases, 'zset'],
    [keys.meta, 'hash'],
    [keys.stats, 'hash'],
    [keys.epoch, 'string'],
    [keys.workers, 'hash'],
    [keys.hold, 'list'],
    [keys.producers, 'hash'],
    [keys.buffered, 'hash'],
  ]);
}

async function readKeyFact(redis: Redis, key: string, expected: string): Promise<KeyFact | null> {
  const actual = await withDeadline(redis, () => redis.type(key));
  if (actual === 'none') return null;
  const expiresInMs = await withDeadline(redis, () => redis.pttl(key));
  return { key, expected, actual, expiresInMs: expiresInMs < 0 ? null : expiresInMs };
}

async function readBatchKeys(redis: Redis, keys: QueueKeys): Promise<readonly string[]> {
  if ((await withDeadline(redis, () => redis.type(keys.meta))) !== 'hash') return [];
  const ids = await withDeadline(redis, () => redis.hkeys(keys.meta));
  return ids.slice(0, MOST_BATCHES).map((id) => keys.batch(id));
}

/** Facts of every key of the queue that exists, the lists of claims included. */
export async function readKeyFacts(redis: Redis, keys: QueueKeys): Promise<readonly KeyFact[]> {
  const expected = [...toExpectedTypes(keys)];
  for (const batchKey of await readBatchKeys(redis, keys)) expected.push([batchKey, 'list']);
  const facts = await Promise.all(expected.map(([key, type]) => readKeyFact(redis, key, type)));
  return facts.filter((fact) => fact !== null);
}
