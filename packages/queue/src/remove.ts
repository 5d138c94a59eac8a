import type { Redis } from 'ioredis';
import type { QueueKeys } from './keys.ts';
import { assertWithin, CALL_LIMITS } from './limits.ts';
import { toInteger, toReply, toUnknownReply } from './reply.ts';
import { runScript } from './script.ts';

/** A dead letter as it is in the list. */
export interface ListedLetter {
  readonly id: string;
  /** Byte for byte. */
  readonly line: Buffer;
}

/** See `Queue.remove`. */
export async function remove(
  redis: Redis,
  keys: QueueKeys,
  letters: readonly ListedLetter[],
): Promise<readonly boolean[]> {
  if (letters.length === 0) return [];
  assertWithin('The number of letters', letters.length, { min: 1, max: CALL_LIMITS.entries });
  const args = letters.flatMap(({ id, line }) => [id, line]);
  const reply = toReply(await runScript(redis, 'remove', { keys: [keys.failed, keys.failedIds], args }));
  if (reply.name !== 'removed') throw toUnknownReply(reply);
  return reply.values.map((count) => toInteger(count) === 1);
}
