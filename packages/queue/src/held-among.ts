import type { Redis } from 'ioredis';
import type { QueueKeys } from './keys.ts';
import { toList } from './reply.ts';
import { withDeadline } from './script.ts';

/** Held entries that are looked at, from the newest on: a look must not stop Redis for everybody. */
const MAX_LOOK = 10_000;

/** See `Queue.heldAmong`. */
export async function heldAmong(
  redis: Redis,
  keys: QueueKeys,
  entries: readonly Buffer[],
): Promise<readonly boolean[]> {
  const found = entries.map((entry) =>
    withDeadline(redis, () => redis.call('LPOS', [keys.hold, entry, 'COUNT', '1', 'MAXLEN', `${MAX_LOOK}`])),
  );
  return (await Promise.all(found)).map((positions) => toList(positions).length > 0);
}
