import type { Redis } from 'ioredis';
import { toLaneKey, type QueueKeys } from './keys.ts';
import type { Lane } from './lane.ts';
import { assertWithin } from './limits.ts';
import { toList, toPairs, toReply, toText, toUnknownReply } from './reply.ts';
import { QueueError } from './queue-error.ts';
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
  /** When it failed for the first time, milliseconds since 1970. Default: not known. */
  readonly firstMs?: number;
  /** Names the letter's line, 1 to 64 hexadecimal digits: without it, a repeated call for the table pushes again. */
  readonly mark?: string;
  readonly lane: Lane;
  /** Entries the lane may hold. */
  readonly capacity: number;
}

/**
 * `repeated`: the entry of this letter of the table was pushed before. `absent`: no such line, as after a redrive.
 * `full`: the lane is. In all three nothing was done.
 */
export type Redriven = 'redriven' | 'repeated' | 'absent' | 'full';

/** What is known of an id that was redriven. */
export interface PastRedrives {
  readonly times: number;
  /** When it failed for the first time, milliseconds since 1970; null when that is not known. */
  readonly firstMs: number | null;
  /** Of the letter that was redriven last; null when it had none. */
  readonly mark: string | null;
}

const MARK = /^[0-9a-f]{1,64}$/;
const PAST = /^(?<times>\d{1,15})(?::(?<first>\d{0,15}):(?<mark>[0-9a-f]{0,64}))?$/;

/** See `Queue.redrive`. */
export async function redrive(redis: Redis, keys: QueueKeys, options: RedriveOptions): Promise<Redriven> {
  const { id, line, entry, entryId = id, lane, capacity, firstMs, mark = '' } = options;
  assertWithin('The capacity', capacity, { min: 0, max: Number.MAX_SAFE_INTEGER });
  if (mark !== '' && !MARK.test(mark)) throw new QueueError('invalid_call', 'The mark has 1 to 64 digits 0-9a-f');
  const first = firstMs !== undefined && Number.isSafeInteger(firstMs) && firstMs >= 0 ? firstMs : '';
  const raw = await runScript(redis, 'redrive', {
    keys: [toLaneKey(keys, lane), keys.failed, keys.failedIds, keys.redrives, keys.stats],
    args: [id, line ?? '', entry, entryId, capacity, keys.wake, first, mark],
  });
  const reply = toReply(raw);
  switch (reply.name) {
    case 'redriven':
    case 'repeated':
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
): Promise<ReadonlyMap<string, PastRedrives>> {
  if (ids.length === 0) return new Map();
  const values = toList(await withDeadline(redis, () => redis.callBuffer('HMGET', [keys.redrives, ...ids])));
  return new Map(
    ids.flatMap((id, index) => {
      const value = values[index];
      return value === null || value === undefined ? [] : [[id, toPast(toText(value))] as const];
    }),
  );
}

/** What somebody else wrote there counts as never. */
function toPast(text: string): PastRedrives {
  const { times = '0', first = '', mark = '' } = PAST.exec(text)?.groups ?? {};
  return { times: Number(times), firstMs: first === '' ? null : Number(first), mark: mark === '' ? null : mark };
}
