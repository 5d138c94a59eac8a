import type { Redis } from 'ioredis';
import type { QueueKeys } from './keys.ts';
import { QueueError } from './queue-error.ts';
import { assertProducerId } from './producer-push.ts';
import { toReply, toUnknownReply } from './reply.ts';
import { runScript, withDeadline } from './script.ts';

/** Numbers of a producer whose events wait in its memory. */
export interface BufferedNumbers {
  readonly producerId: string;
  /** Ranges as `5-9,12`; never empty. */
  readonly numbers: string;
}

/** See `Queue.tellBuffered`. */
export interface TellBufferedOptions {
  readonly id: string;
  /** Ranges as `5-9,12`; '' when none waits any more. */
  readonly numbers: string;
}

/** `full`: `audit:buffered` has no room, and nothing is known of this producer. */
export type Told = 'told' | 'full';

/** Producers tell what waits every so often; a note may be missed four times before it counts for nothing. */
export const BUFFERED_TOLD_EVERY_MS = 3000;

/** How long what a producer told counts, by the clock of Redis. */
export const BUFFERED_VALID_MS = 15_000;

// One that did not take its note back was killed; this only keeps the hash small.
const FORGET_MS = 600_000;
const MOST_CHARACTERS = 32_768;
const SCAN_COUNT = 1000;
const MOST_PRODUCERS = 40_000;
const NUMBERS = /^[\d,-]*$/u;
const VALUE = /^(?<at>\d{1,15}):(?<numbers>[\d,-]{1,32768})$/u;

/** See `Queue.tellBuffered`. */
export async function tellBuffered(redis: Redis, keys: QueueKeys, { id, numbers }: TellBufferedOptions): Promise<Told> {
  assertProducerId(id);
  if (numbers.length > MOST_CHARACTERS || !NUMBERS.test(numbers)) {
    throw new QueueError('invalid_call', 'These are no ranges of numbers, or too many');
  }
  const raw = await runScript(redis, 'tell_buffered', { keys: [keys.buffered], args: [id, numbers] });
  const reply = toReply(raw);
  if (reply.name !== 'told' && reply.name !== 'full') throw toUnknownReply(reply);
  return reply.name;
}

/** See `Queue.buffered`. */
export async function buffered(
  redis: Redis,
  keys: QueueKeys,
  validMs: number = BUFFERED_VALID_MS,
): Promise<readonly BufferedNumbers[]> {
  const found = new Map<string, string>();
  const old: string[] = [];
  const now = await readTimeMs(redis);
  let cursor = '0';
  let seen = 0;
  do {
    const from = cursor;
    const [next, fields] = await withDeadline(redis, () => redis.hscan(keys.buffered, from, 'COUNT', SCAN_COUNT));
    cursor = next;
    for (let index = 0; index < fields.length; index += 2) {
      const id = fields[index] ?? '';
      const { at, numbers } = VALUE.exec(fields[index + 1] ?? '')?.groups ?? {};
      const ageMs = now - Number(at ?? 0);
      if (ageMs > FORGET_MS) old.push(id);
      else if (numbers !== undefined && ageMs <= validMs) found.set(id, numbers);
    }
    seen += fields.length / 2;
  } while (cursor !== '0' && seen < MOST_PRODUCERS);
  if (old.length > 0) await withDeadline(redis, () => redis.hdel(keys.buffered, ...old));
  return [...found].map(([producerId, numbers]) => ({ producerId, numbers }));
}

async function readTimeMs(redis: Redis): Promise<number> {
  const [seconds, microseconds] = await withDeadline(redis, () => redis.time());
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}
