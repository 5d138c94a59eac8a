import { forgetRedrives, moveOverflow } from '@auditlane/dead-letters';
import type { Queue } from '@auditlane/queue';
import type { Logger } from '@auditlane/runtime';
import { forgetStoredDeadLetters } from '@auditlane/store';
import type { Pool } from '@auditlane/store';
import { MINUTE_MS } from './task.ts';
import type { Task } from './task.ts';

export interface DeadLettersParts {
  readonly queue: Queue;
  /** Two connections at a time. */
  readonly pool: Pool;
  /** Letters that the list in Redis may hold, and the bytes that it may take there. */
  readonly maxLength: number;
  readonly maxBytes: number;
  readonly logger: Pick<Logger, 'info'>;
}

/**
 * Keeps the list of dead letters within its bounds: the oldest move to the table, where nothing expires. Also deletes rows
 * whose redrive was cut short by a crash and whose event is stored by now, and the counts of redrives of stored events. Without Redis or Postgres nothing happens, and
 * the next run does it.
 */
export function createDeadLettersTask(parts: DeadLettersParts): Task {
  const { queue, pool, maxLength, maxBytes, logger } = parts;
  return {
    name: 'dead-letters',
    everyMs: MINUTE_MS,
    run: async () => {
      const { moved, left } = await moveOverflow({ queue, pool, maxLength, maxBytes, now: () => new Date() });
      const forgotten = await forgetStoredDeadLetters(pool);
      const redrives = await forgetRedrives(queue, pool);
      if (moved > 0) logger.info({ moved, left }, 'dead letters moved to audit_dead_letters');
      return { moved, left, forgotten, redrives_forgotten: redrives };
    },
  };
}
