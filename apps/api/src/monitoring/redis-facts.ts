import { checkRedis, createQueue, glanceAtLetter } from '@auditlane/queue';
import type { QueueKeys } from '@auditlane/queue';
import { withRedis } from '../connections.ts';
import type { RedisConnection } from '../connections.ts';
import type { RedisFacts } from './fleet-view.ts';
import type { FleetLimits } from './to-fleet-metrics.ts';

export interface RedisFactsOptions {
  readonly redis: RedisConnection;
  readonly keys: QueueKeys;
  readonly limits: FleetLimits;
}

/** Makes the function that reads all that Redis knows of the fleet. It rejects while Redis is away. */
export function createRedisFacts({ redis, keys, limits }: RedisFactsOptions): () => Promise<RedisFacts> {
  const queue = createQueue(redis, keys);
  const caps = { capacity: limits.AUDIT_MAX_QUEUE_LENGTH, urgentCapacity: limits.AUDIT_MAX_URGENT_LENGTH };
  return () =>
    withRedis(redis, async () => {
      const [state, beats, faults, oldest] = await Promise.all([
        queue.inspect(),
        queue.beats(),
        checkRedis(redis, keys, caps),
        queue.peek({ direction: 'newer', position: 0, limit: 1 }),
      ]);
      const parkedAt = glanceAtLetter(oldest.lines[0]?.toString('utf8') ?? '').parkedAt;
      const oldestLetterAgeMs = parkedAt === null ? 0 : Math.max(0, state.redisTimeMs - parkedAt.getTime());
      return { queue: state, beats, faults, oldestLetterAgeMs };
    });
}
