import { setTimeout as sleep } from 'node:timers/promises';
import { toQueueKeys } from '@auditlane/queue';
import { openPlainRedis } from '../servers/plain-redis.ts';

const DEADLINE_MS = 600_000;

/**
 * Resolves when nothing is queued or claimed: a claim ends after its commit, so every event is a row then. Lengths are
 * asked for, which cost Redis next to nothing; the table is not touched. Rejects after ten minutes.
 */
export async function waitUntilDrained(redisUrl: string, options: { readonly pollMs: number }): Promise<void> {
  const keys = toQueueKeys('audit:queue');
  await using redis = openPlainRedis(redisUrl);
  const deadline = performance.now() + DEADLINE_MS;
  while (performance.now() < deadline) {
    // In the order of an event's way: one that is claimed between the looks is seen in the last one.
    const left = await Promise.all([redis.llen(keys.urgent), redis.llen(keys.queue), redis.zcard(keys.leases)]);
    if (left.every((length) => length === 0)) return;
    await sleep(options.pollMs);
  }
  throw new Error('the queue was not drained within ten minutes');
}
