import type { Redis } from 'ioredis';
import type { QueueKeys } from './keys.ts';
import { assertWithin, CALL_LIMITS } from './limits.ts';
import { toInteger, toReply, toUnknownReply } from './reply.ts';
import { runScript } from './script.ts';

/** See `Queue.restore`. */
export async function restore(redis: Redis, keys: QueueKeys, options: { readonly limit: number }): Promise<number> {
  assertWithin('The limit', options.limit, { min: 1, max: CALL_LIMITS.entries });
  const raw = await runScript(redis, 'restore', { keys: [keys.queue, keys.hold], args: [options.limit, keys.wake] });
  const reply = toReply(raw);
  if (reply.name !== 'restored') throw toUnknownReply(reply);
  return toInteger(reply.values[0]);
}
