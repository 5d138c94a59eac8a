import { summarizeRanges } from '@auditlane/store';
import type { Pool } from '@auditlane/store';
import { MINUTE_MS } from './task.ts';
import type { Task } from './task.ts';

/**
 * Adds the newest rows to the BRIN indexes, which else are read in full whenever somebody asks for a batch or a time. Once
 * a minute, so it has no schedule in Redis: it costs about 1 us a new row, wherever and however often it runs.
 */
export function createSummarizeTask(pool: Pool): Task {
  return {
    name: 'summarize',
    everyMs: MINUTE_MS,
    run: async () => ({ ranges: await summarizeRanges(pool) }),
  };
}
