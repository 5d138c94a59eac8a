import type { Redis } from 'ioredis';
import { toLaneKey, type QueueKeys } from './keys.ts';
import type { Lane } from './lane.ts';
import { assertWithin } from './limits.ts';
import { toList, toPairs, toReply, toText, toUnknownReply } from './reply.ts';
import { runScript, withDeadline } from './script.ts';

/** Which dead letter to try again, and as what. */
export interface RedriveOptions {
  /** Id that the letter was parked under. */
  readonly id: string;
  /** The line in `audit:failed`, byte for byte; null for a letter of the table, whose row the caller deletes after. */
  readonly line: string | Buffer | null;
  /** The entry to push. */
  readonly entry: string | Buffer;
  /** Id inside the entry, when it was minted for the redrive. Default `id`. */
  readonly entryId?: string;
  readonly lane: Lane;
  /** Entries the lane may hold. */
  readonly capacity: number;
}

/** `absent`: no such line, as after a redrive. `full`: the lane is, nothing was done. */
export type Redriven = 'redriven' | 'absent' | 'full';

/** See `Queue.redrive`. */
export async function redrive(redis: Redis, keys: QueueKeys, options: RedriveOptions): Promise<Redriven> {
  const { id, line, entry, entryId = id, lane, capacity } = options;
  assertWithin('The capacity', capacity, { min: 0, max: Number.MAX_SAFE_INTEGER });
  const raw = await runScript(redis, 'redrive', {
    keys: [toLaneKey(keys, lane), keys.failed, keys.failedIds, keys.redrives, keys.stats],
    args: [id, line ?? '', entry, entryId, capacity, keys.wake],
  });
  const reply = toReply(raw);
  switch (reply.name) {
    case 'redriven':
    case 'absent':
    case 'full':
      return reply.name;
    default:
      throw toUnknownReply(reply);
  }
}

/** A part of the ids that were ever redriven. */
export interface RedrivenIds {
  readonly ids: readonly string[];
  /** Where to go on; null at the end. An id may come twice. */
  readonly next: string | null;
}

/** See `Queue.redrivenIds`. */
export async function redrivenIds(redis: Redis, keys: QueueKeys, cursor: string): Promise<RedrivenIds> {
  const raw = await withDeadline(redis, () => redis.callBuffer('HSCAN', [keys.redrives, cursor, 'COUNT', '1000']));
  const [next, pairs] = toList(raw);
  const ids = toPairs(pairs).map(([id]) => id);
  return { ids, next: toText(next) === '0' ? null : toText(next) };
}

/** See `Queue.forgetRedrives`. */
export async function forgetRedrives(redis: Redis, keys: QueueKeys, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await withDeadline(redis, () => redis.call('HDEL', [keys.redrives, ...ids]));
}

/** See `Queue.redrives`. */
export async function redrives(
  redis: Redis,
  keys: QueueKeys,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map();
  const counts = toList(await withDeadline(redis, () => redis.callBuffer('HMGET', [keys.redrives, ...ids])));
  return new Map(
    ids.flatMap((id, index) => {
      const count = counts[index];
      return count === null || count === undefined ? [] : [[id, Number(toText(count)) || 0] as const];
    }),
  );
}
