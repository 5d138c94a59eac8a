import type { Redis } from 'ioredis';
import type { QueueKeys } from './keys.ts';
import { assertWithin } from './limits.ts';
import { toReply, toUnknownReply } from './reply.ts';
import { runScript } from './script.ts';
import { assertFreeStat } from './stats.ts';

/** See `Queue.addStats`. Works when memory is full. Not idempotent: a repeated call counts again. */
export async function addStats(redis: Redis, keys: QueueKeys, counts: Readonly<Record<string, number>>): Promise<void> {
  const pairs = Object.entries(counts).filter(([, count]) => count !== 0);
  if (pairs.length === 0) return;
  for (const [name, count] of pairs) {
    assertFreeStat(name);
    assertWithin(`The count of ${name}`, count, { min: 1, max: Number.MAX_SAFE_INTEGER });
  }
  const reply = toReply(await runScript(redis, 'count', { keys: [keys.stats], args: pairs.flat() }));
  if (reply.name !== 'counted') throw toUnknownReply(reply);
}
