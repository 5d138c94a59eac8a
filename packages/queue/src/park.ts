import type { Redis } from 'ioredis';
import type { ParkedLetter } from './finish.ts';
import type { QueueKeys } from './keys.ts';
import { assertWithin, CALL_LIMITS } from './limits.ts';
import { toInteger, toReply, toUnknownReply } from './reply.ts';
import { runScript } from './script.ts';

/** See `Queue.park`. */
export async function park(redis: Redis, keys: QueueKeys, letters: readonly ParkedLetter[]): Promise<number> {
  if (letters.length === 0) return 0;
  assertWithin('The number of letters', letters.length, { min: 1, max: CALL_LIMITS.entries });
  const args = letters.flatMap(({ id, line }) => [id, line]);
  const reply = toReply(await runScript(redis, 'park', { keys: [keys.failed, keys.failedIds, keys.stats], args }));
  if (reply.name !== 'parked') throw toUnknownReply(reply);
  return toInteger(reply.values[0]);
}
