import type { Redis } from 'ioredis';
import type { QueueKeys } from './keys.ts';
import { assertWithin, CALL_LIMITS } from './limits.ts';
import { toList, toReply, toText, toUnknownReply } from './reply.ts';
import { runScript } from './script.ts';

/** Which part of the ended leases to read. */
export interface ExpiredOptions {
  /** At most this many ids, 1 to 1000. */
  readonly limit: number;
  /** Ended leases to skip: go on with it past claims that could not be adopted, or they hide the others. Default 0. */
  readonly cursor?: number;
}

/** See `Queue.expired`. */
export async function expired(redis: Redis, keys: QueueKeys, options: ExpiredOptions): Promise<readonly string[]> {
  const { limit, cursor = 0 } = options;
  assertWithin('The limit', limit, { min: 1, max: CALL_LIMITS.entries });
  assertWithin('The cursor', cursor, { min: 0, max: Number.MAX_SAFE_INTEGER });
  const reply = toReply(await runScript(redis, 'expired', { keys: [keys.leases, keys.meta], args: [cursor, limit] }));
  if (reply.name !== 'expired') throw toUnknownReply(reply);
  return toList(reply.values[0]).map(toText);
}
