import type { RateLimitedLog } from '@auditlane/runtime';
import { finishMaintenanceRun, startMaintenanceRun } from '@auditlane/store';
import type { FinishedRun, Pool } from '@auditlane/store';

/** Where runs are written down: the table `audit_maintenance_runs`, from which the API tells how maintenance is. */
export interface RunNotes {
  started(run: Pick<FinishedRun, 'task' | 'startedAt' | 'host' | 'pid'>): Promise<void>;
  finished(run: FinishedRun): Promise<void>;
}

/**
 * Notes runs, and never rejects: a run is worth more than its note. While Postgres is away the last end of each task is
 * kept and written with the next note, so that an outage shows up in the history afterwards. A crash loses that much.
 */
export function createRunNotes(pool: Pool, log: RateLimitedLog): RunNotes {
  const unwritten = new Map<string, FinishedRun>();
  const warn = (error: unknown): void =>
    void log.warn('run_notes', { err: error, waiting: unwritten.size }, 'a maintenance run could not be noted');

  async function writeKept(): Promise<void> {
    for (const [task, run] of unwritten) {
      await finishMaintenanceRun(pool, run);
      // Unless a later run of the task failed to be noted meanwhile.
      if (unwritten.get(task) === run) unwritten.delete(task);
    }
  }

  return {
    started: async (run) => {
      try {
        await writeKept();
        await startMaintenanceRun(pool, run);
      } catch (error) {
        warn(error);
      }
    },
    finished: async (run) => {
      unwritten.set(run.task, run);
      try {
        await writeKept();
      } catch (error) {
        warn(error);
      }
    },
  };
}
