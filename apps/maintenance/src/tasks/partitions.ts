import type { RateLimitedLog } from '@auditlane/runtime';
import { ensurePartitions } from '@auditlane/store';
import type { Pool } from '@auditlane/store';
import { MaintenanceError } from '../maintenance-error.ts';
import { HOUR_MS, MINUTE_MS } from './task.ts';
import type { ScheduledTask } from './task.ts';

/** Below this a weekend without maintenance would send every event to DEFAULT. */
const LEAST_DAYS_AHEAD = 3;

export interface PartitionsParts {
  readonly pool: Pool;
  readonly retentionDays: number;
  readonly log: RateLimitedLog;
}

/** Prepares partitions ahead (7 days and 3 widths, whichever is longer) and moves rows out of DEFAULT that have one now. */
export function createPartitionsTask({ pool, retentionDays, log }: PartitionsParts): ScheduledTask {
  return {
    name: 'partitions',
    everyMs: HOUR_MS,
    attempts: 5,
    retryMs: MINUTE_MS / 2,
    run: async () => {
      const ensured = await ensurePartitions(pool, { retentionDays, isLogged: true });
      if (ensured.rowsInDefault > 0) {
        const facts = { rows_in_default: ensured.rowsInDefault };
        log.warn('rows_in_default', facts, 'events lie in the default partition: their ids are far from now');
      }
      if (ensured.aheadDays < LEAST_DAYS_AHEAD) {
        const days = ensured.aheadDays.toFixed(1);
        throw new MaintenanceError(
          'partitions_behind',
          `partitions are prepared for ${days} days only: look for a partition of audit_logs with bounds of its own`,
        );
      }
      return {
        width: ensured.width,
        created: ensured.created,
        moved_rows: ensured.movedRows,
        ahead_days: Math.floor(ensured.aheadDays),
        rows_in_default: ensured.rowsInDefault,
      };
    },
  };
}
