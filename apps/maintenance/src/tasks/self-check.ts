import { checkRedis } from '@auditlane/queue';
import type { CheckRedisOptions, connectRedis, QueueKeys } from '@auditlane/queue';
import type { RateLimitedLog } from '@auditlane/runtime';
import { checkCatalog } from '@auditlane/store';
import type { Pool } from '@auditlane/store';
import { MaintenanceError } from '../maintenance-error.ts';
import { HOUR_MS, MINUTE_MS } from './task.ts';
import type { ScheduledTask } from './task.ts';

export interface SelfCheckParts {
  readonly redis: ReturnType<typeof connectRedis>;
  readonly keys: QueueKeys;
  readonly caps: CheckRedisOptions;
  readonly pool: Pool;
  readonly log: RateLimitedLog;
}

/**
 * Looks at what can change under a running system: how Redis is set up, the type and expiry of every key of the queue
 * (somebody else may have written to them), the schema of Postgres. Changes nothing. A finding that can cost events fails
 * the run, which the API shows; one that is only worth knowing is logged.
 */
export function createSelfCheckTask(parts: SelfCheckParts): ScheduledTask {
  return {
    name: 'self-check',
    everyMs: HOUR_MS,
    attempts: 2,
    retryMs: MINUTE_MS,
    run: async () => {
      const [redisFaults, catalogFaults] = await Promise.all([
        checkRedis(parts.redis, parts.keys, parts.caps),
        checkCatalog(parts.pool),
      ]);
      const warnings = redisFaults.filter(({ severity }) => severity === 'warning');
      for (const { code, message } of warnings) {
        parts.log.warn(`self-check:${message}`, { code, fault: message }, 'self-check found something worth knowing');
      }
      const problems = [...redisFaults.filter((fault) => !warnings.includes(fault)), ...catalogFaults];
      if (problems.length > 0) {
        throw new MaintenanceError('unsafe', problems.map(({ message }) => message).join('; '));
      }
      return { warnings: warnings.map(({ code }) => code) };
    },
  };
}
