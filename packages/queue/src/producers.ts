import type { Redis } from 'ioredis';
import type { QueueKeys } from './keys.ts';
import { assertWithin, CALL_LIMITS } from './limits.ts';
import { parseProducerMark, type ProducerMark } from './producer-mark.ts';
import { assertProducerId, type PushStream } from './producer-push.ts';
import { toReply, toText, toUnknownReply } from './reply.ts';
import { runScript, withDeadline } from './script.ts';

/** What Redis has of one producer, at one moment. */
export interface LastPush {
  /** Mark of the data set; null while nothing was ever pushed to it. */
  readonly incarnation: string | null;
  /** Last push number of each stream; 0: none. */
  readonly marks: Readonly<Record<PushStream, number>>;
  /** Name of the server's run, another one after each start and on each replica; null where it is not told. */
  readonly runId: string | null;
}

/** How a producer ended. */
export interface RetireOptions {
  readonly id: string;
  /** The last number that it took. */
  readonly lastSeq: number;
  readonly givenUp: number;
}

/** `full`: `audit:producers` has no room, and nothing is known of this producer. */
export type Retired = 'retired' | 'full';

// As many as lua/enqueue.lua lets in, and some; whoever wrote more by hand must not hold a process up.
const MOST_PRODUCERS = 40_000;
const SCAN_COUNT = 1000;
const NO_MARKS: Readonly<Record<PushStream, number>> = { main: 0, urgent: 0, replay: 0 };

async function readRunId(redis: Redis): Promise<string | null> {
  // Not told (a proxy, a user without the right) is an answer too; an outage shows in the script's call.
  const info = await withDeadline(redis, () => redis.info('server')).catch(() => '');
  return /^run_id:(?<id>\w+)/mu.exec(info)?.groups?.['id'] ?? null;
}

/** See `Queue.lastPush`. */
export async function lastPush(redis: Redis, keys: QueueKeys, producerId: string): Promise<LastPush> {
  assertProducerId(producerId);
  // Both go over one connection, so both are of one server.
  const runId = readRunId(redis);
  const raw = await runScript(redis, 'last_push', { keys: [keys.epoch, keys.producers], args: [producerId] });
  const reply = toReply(raw);
  if (reply.name !== 'marks') throw toUnknownReply(reply);
  const [incarnation, value] = reply.values.map(toText);
  const mark = parseProducerMark(producerId, value ?? '');
  return {
    incarnation: incarnation === undefined || incarnation === '' ? null : incarnation,
    marks: mark?.lastPush ?? NO_MARKS,
    runId: await runId,
  };
}

/** See `Queue.retire`. */
export async function retire(redis: Redis, keys: QueueKeys, options: RetireOptions): Promise<Retired> {
  const { id, lastSeq, givenUp } = options;
  assertProducerId(id);
  const range = { min: 0, max: Number.MAX_SAFE_INTEGER / 10 };
  assertWithin('The last number', lastSeq, range);
  assertWithin('The number of events given up', givenUp, range);
  const raw = await runScript(redis, 'retire', { keys: [keys.producers], args: [id, lastSeq, givenUp] });
  const reply = toReply(raw);
  if (reply.name !== 'retired' && reply.name !== 'full') throw toUnknownReply(reply);
  return reply.name;
}

/** See `Queue.producers`. */
export async function producers(redis: Redis, keys: QueueKeys): Promise<readonly ProducerMark[]> {
  const found = new Map<string, ProducerMark>();
  let cursor = '0';
  let seen = 0;
  do {
    const from = cursor;
    const [next, fields] = await withDeadline(redis, () => redis.hscan(keys.producers, from, 'COUNT', SCAN_COUNT));
    cursor = next;
    for (let index = 0; index < fields.length; index += 2) {
      const id = fields[index] ?? '';
      const mark = parseProducerMark(id, fields[index + 1] ?? '');
      if (mark !== null) found.set(id, mark);
    }
    seen += fields.length / 2;
  } while (cursor !== '0' && seen < MOST_PRODUCERS);
  return [...found.values()];
}

/** See `Queue.forgetProducers`. */
export async function forgetProducers(redis: Redis, keys: QueueKeys, ids: readonly string[]): Promise<number> {
  let forgotten = 0;
  for (let start = 0; start < ids.length; start += CALL_LIMITS.entries) {
    const some = ids.slice(start, start + CALL_LIMITS.entries);
    forgotten += await withDeadline(redis, () => redis.hdel(keys.producers, ...some));
  }
  return forgotten;
}
