import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { toLaneKey, type QueueKeys } from './keys.ts';
import type { Lane } from './lane.ts';
import { assertWithin, CALL_LIMITS } from './limits.ts';
import { QueueError } from './queue-error.ts';
import { toInteger, toReply, toText, toUnknownReply } from './reply.ts';
import { runScript } from './script.ts';
import { assertStatName } from './stats.ts';

/** Where and how to push. */
export interface EnqueueOptions {
  readonly lane: Lane;
  /** Entries the lane may hold; what does not fit is refused, nothing is trimmed. */
  readonly capacity: number;
  /** True for entries that were refused before: they are not counted as overflow again. Default false. */
  readonly isRetry?: boolean;
  /**
   * Events given up since the last call that succeeded, by reason; added to `dropped` and `dropped:<reason>`. A reason
   * `refused:<fault>` is no loss but a fault of the caller, and is added to the counter of that name alone.
   */
  readonly dropped?: Readonly<Record<string, number>>;
}

/** What became of a push. */
export interface Enqueued {
  /** The first `accepted` entries are in the queue, the others are not. */
  readonly accepted: number;
  /** Entries in the lane after the call. */
  readonly length: number;
  /** Mark of the data set. Another value than before: the data set was lost or replaced. */
  readonly incarnation: string;
}

function assertEntries(entries: readonly string[]): void {
  assertWithin('The number of entries of a call', entries.length, { min: 0, max: CALL_LIMITS.entries });
  let bytes = 0;
  for (const entry of entries) bytes += Buffer.byteLength(entry);
  if (bytes > CALL_LIMITS.bytes) {
    throw new QueueError('invalid_call', `A call carries at most ${CALL_LIMITS.bytes} bytes, not ${bytes}`);
  }
}

function toDropArgs(dropped: Readonly<Record<string, number>>): readonly (string | number)[] {
  const pairs = Object.entries(dropped).filter(([, count]) => count !== 0);
  for (const [reason, count] of pairs) {
    assertStatName(`dropped:${reason}`);
    assertWithin(`The count of ${reason}`, count, { min: 1, max: Number.MAX_SAFE_INTEGER });
  }
  return [pairs.length, ...pairs.flat()];
}

/** See `Queue.enqueue`. At most 1000 entries and 1 MiB a call, oldest first; else `invalid_call`. */
export async function enqueue(
  redis: Redis,
  keys: QueueKeys,
  options: EnqueueOptions & { readonly entries: readonly string[] },
): Promise<Enqueued> {
  const { entries, lane, capacity, isRetry = false, dropped = {} } = options;
  assertEntries(entries);
  assertWithin('The capacity', capacity, { min: 0, max: Number.MAX_SAFE_INTEGER });
  // The seed must be new in every call: were it kept, a flushed data set would come back under its old mark.
  const seed = randomUUID();
  const raw = await runScript(redis, 'enqueue', {
    keys: [toLaneKey(keys, lane), keys.stats, keys.epoch],
    args: [capacity, seed, keys.wake, isRetry ? 'retry' : 'first', ...toDropArgs(dropped), ...entries],
  });
  const reply = toReply(raw);
  if (reply.name !== 'accepted') throw toUnknownReply(reply);
  const [accepted, length, incarnation] = reply.values;
  return { accepted: toInteger(accepted), length: toInteger(length), incarnation: toText(incarnation) };
}
