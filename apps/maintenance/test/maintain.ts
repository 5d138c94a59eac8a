/** What the integration tests share: a runner on a real database, whose log lines can be read. */
import { createLogger, createRateLimitedLog } from '@auditlane/runtime';
import type { Logger, RateLimitedLog } from '@auditlane/runtime';
import { readMaintenanceRuns } from '@auditlane/store';
import type { LastMaintenanceRun, Pool } from '@auditlane/store';
import { createRunNotes } from '../src/runs/run-notes.ts';
import { createRunner } from '../src/runs/runner.ts';
import type { Runner } from '../src/runs/runner.ts';

export interface LogLines {
  readonly logger: Logger;
  readonly log: RateLimitedLog;
  /** All records so far. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
}

export function openLog(): LogLines {
  const lines: Record<string, unknown>[] = [];
  const sink = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const logger = createLogger({ name: 'maintenance-test', level: 'debug', sink });
  return { logger, log: createRateLimitedLog(logger), lines };
}

export interface Maintained extends LogLines {
  readonly runner: Runner;
  /** The row of a task in audit_maintenance_runs. */
  readonly lastRun: (task: string) => Promise<LastMaintenanceRun | undefined>;
}

export function maintain(pool: Pool): Maintained {
  const log = openLog();
  const notes = createRunNotes(pool, log.log);
  const runner = createRunner({ notes, logger: log.logger, host: 'test-host', pid: 42, now: () => new Date() });
  const lastRun = async (task: string): Promise<LastMaintenanceRun | undefined> =>
    (await readMaintenanceRuns(pool)).find((run) => run.task === task);
  return { ...log, runner, lastRun };
}

/** How the API decides: the last failure is newer than the last success. */
export function isFailing(run: LastMaintenanceRun | undefined): boolean {
  const failedAt = run?.lastFailureAt ?? null;
  return failedAt !== null && (run?.lastSuccessAt ?? new Date(0)) < failedAt;
}
