import { dropExpiredPartitions, followProducers } from '@auditlane/store';
import type { Pool } from '@auditlane/store';
import { DAY_MS, MINUTE_MS } from './task.ts';
import type { ScheduledTask } from './task.ts';

export interface RetentionParts {
  readonly pool: Pool;
  readonly retentionDays: number;
}

/**
 * Drops the partitions that ended before the retention, and older rows of DEFAULT and of the side tables; what it dropped
 * is an event. The loss ledger reads first what is about to go, so that nothing that expires looks lost.
 */
export function createRetentionTask({ pool, retentionDays }: RetentionParts): ScheduledTask {
  return {
    name: 'retention',
    everyMs: DAY_MS,
    attempts: 8,
    retryMs: MINUTE_MS,
    run: async () => {
      await followProducers(pool);
      const { dropped, deletedFromDefault, deletedBeside } = await dropExpiredPartitions(pool, {
        retentionDays,
        isLogged: true,
      });
      return {
        retention_days: retentionDays,
        dropped,
        deleted_from_default: deletedFromDefault,
        deleted_beside: deletedBeside,
      };
    },
  };
}
