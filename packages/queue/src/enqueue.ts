import { randomUUID } from 'node:crypto';
import { Command, type Redis } from 'ioredis';
import type { CallBuffers } from './call-buffers.ts';
import { toLaneKey, type QueueKeys } from './keys.ts';
import type { Lane } from './lane.ts';
import { assertWithin, CALL_LIMITS } from './limits.ts';
import { QueueError } from './queue-error.ts';
import { toInteger, toReply, toText, toUnknownReply } from './reply.ts';
import { assertProducerId, STREAM_NUMBERS, type ProducerPush } from './producer-push.ts';
import { sendScript } from './script.ts';
import { type MeasuredEntries, packCall, type SentEntries } from './sent-entries.ts';
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
  /** Who pushes, when it numbers its pushes; see `ProducerPush`. Entries of the stream `replay` are counted as replayed. */
  readonly producer?: ProducerPush;
}

/** What became of a push. */
export interface Enqueued {
  /** The first `accepted` entries are in the queue, the others are not. */
  readonly accepted: number;
  /** Entries in the lane after the call. */
  readonly length: number;
  /** Mark of the data set. Another value than before: the data set was lost or replaced. */
  readonly incarnation: string;
  /**
   * Number of the last push of this stream that the data set had before this one; 0: of none. Smaller than
   * `producer.marked`: the data set was rewound, and what was acknowledged above it is missing. Null: it is not known.
   */
  readonly markBefore: number | null;
  /**
   * Whether the data set now has this push as the last one. Not so over a hole, for a push that comes late, when
   * nothing was accepted, or where `audit:producers` cannot be written or is full.
   */
  readonly isMarked: boolean;
}

/** What became of a push, and what was sent. */
export interface Pushed extends Enqueued {
  /** All entries of the call, the refused ones included. */
  readonly sent: SentEntries;
  /** Gives the memory of `sent` to the next calls; `sent` must not be read after it. Without it, it becomes garbage. */
  release(): void;
}

/** The queue that is pushed to. */
export interface EnqueueTarget {
  readonly redis: Redis;
  readonly keys: QueueKeys;
  readonly buffers: CallBuffers;
}

/**
 * The entries and the UTF-8 bytes of each. A copy: the call is written when the connection is ready, and by sizes that
 * are not those of its entries Redis would take a part of an entry for the next one.
 */
function measureEntries(given: readonly string[]): MeasuredEntries {
  const entries = [...given];
  assertWithin('The number of entries of a call', entries.length, { min: 0, max: CALL_LIMITS.entries });
  const sizes = entries.map((entry) => Buffer.byteLength(entry));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes > CALL_LIMITS.bytes) {
    throw new QueueError('invalid_call', `A call carries at most ${CALL_LIMITS.bytes} bytes, not ${bytes}`);
  }
  return { entries, sizes };
}

function toDropArgs(dropped: Readonly<Record<string, number>>): readonly (string | number)[] {
  const pairs = Object.entries(dropped).filter(([, count]) => count !== 0);
  for (const [reason, count] of pairs) {
    assertStatName(`dropped:${reason}`);
    assertWithin(`The count of ${reason}`, count, { min: 1, max: Number.MAX_SAFE_INTEGER });
  }
  return [pairs.length, ...pairs.flat()];
}

function toProducerArgs(producer: ProducerPush | undefined): readonly (string | number)[] {
  if (producer === undefined) return ['', 1, 0, 0, 0];
  const { id, stream, push, marked, givenUp } = producer;
  assertProducerId(id);
  const range = { min: 0, max: Number.MAX_SAFE_INTEGER / 10 };
  assertWithin('The push number', push, { ...range, min: 1 });
  assertWithin('The last marked push', marked, range);
  assertWithin('The number of events given up', givenUp, range);
  return [id, STREAM_NUMBERS[stream], push, marked, givenUp];
}

function toKind({ isRetry, producer }: EnqueueOptions): 'first' | 'retry' | 'replay' {
  if (producer?.stream === 'replay') return 'replay';
  return isRetry === true ? 'retry' : 'first';
}

/**
 * Sends a call whose bytes are made already. The library's own way joins all arguments to one string, copies it into
 * three times the memory that it needs, and writes that: four times the CPU for 64 entries. The bytes are of this call
 * alone until it is answered, so the library may write them whenever it comes to it.
 */
function sendPacked(redis: Redis, command: Command, bytes: Buffer): Promise<unknown> {
  command.toWritable = (): Buffer => bytes;
  redis.sendCommand(command);
  return command.promise;
}

/** The call without its entries, as the library would send it: a URL may name a prefix for all keys (`?keyPrefix=`). */
function toCommand(redis: Redis, verb: string, args: readonly string[]): Command {
  const { keyPrefix } = redis.options;
  return new Command(verb, [...args], { replyEncoding: null, ...(keyPrefix === undefined ? {} : { keyPrefix }) });
}

function toArgs(keys: QueueKeys, options: EnqueueOptions): readonly string[] {
  const { lane, capacity, producer, dropped = {} } = options;
  assertWithin('The capacity', capacity, { min: 0, max: Number.MAX_SAFE_INTEGER });
  // The seed must be new in every call: were it kept, a flushed data set would come back under its old mark.
  const seed = randomUUID();
  const all = [toLaneKey(keys, lane), keys.stats, keys.epoch, keys.producers];
  const fixed = [capacity, seed, keys.wake, toKind(options)];
  return [all.length, ...all, ...fixed, ...toProducerArgs(producer), ...toDropArgs(dropped)].map(String);
}

/** See `Queue.enqueue`. At most 1000 entries and 1 MiB a call, oldest first; else `invalid_call`. */
export async function enqueue(
  { redis, keys, buffers }: EnqueueTarget,
  entries: readonly string[],
  options: EnqueueOptions,
): Promise<Pushed> {
  const measured = measureEntries(entries);
  const args = toArgs(keys, options);
  const { raw, packed } = await sendScript(redis, 'enqueue', async (verb, script) => {
    const command = toCommand(redis, verb, [script, ...args]);
    const call = packCall([verb, ...command.args.map(String)], measured, buffers.take);
    return { raw: await sendPacked(redis, command, call.bytes), packed: call };
  });
  let memory: Buffer | null = packed.memory;
  // Redis has answered, so it has read the call, and nobody sends these bytes any more. After a failure that is not
  // known: the library may still hold them.
  const release = (): void => {
    if (memory !== null) buffers.giveBack(memory);
    memory = null;
  };
  return { ...readAnswer(raw), sent: packed.sent, release };
}

function readAnswer(raw: unknown): Enqueued {
  const reply = toReply(raw);
  if (reply.name !== 'accepted') throw toUnknownReply(reply);
  const [accepted, length, incarnation, before, raised] = reply.values;
  const markBefore = toInteger(before);
  return {
    accepted: toInteger(accepted),
    length: toInteger(length),
    incarnation: toText(incarnation),
    markBefore: markBefore < 0 ? null : markBefore,
    isMarked: toInteger(raised) === 1,
  };
}
