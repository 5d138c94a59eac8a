import { summarizeRanges } from '@auditlane/store';
import type { Pool } from '@auditlane/store';
import { MINUTE_MS } from './task.ts';
import type { Task } from './task.ts';

/** Adds the newest rows to the BRIN indexes, which else scan them whenever somebody asks for a batch or a time. */
export function createSummarizeTask(pool: Pool): Task {
  return {
    name: 'summarize',
    everyMs: MINUTE_MS,
    attempts: 1,
    retryMs: MINUTE_MS,
    run: async () => ({ ranges: await summarizeRanges(pool) }),
  };
}
