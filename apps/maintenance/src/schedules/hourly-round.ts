import { readMaintenanceRuns } from '@auditlane/store';
import type { LastMaintenanceRun, Pool } from '@auditlane/store';
import type { Runner } from '../runs/runner.ts';
import { HOUR_MS } from '../tasks/task.ts';
import type { Task } from '../tasks/task.ts';

export interface HourlyParts {
  readonly runner: Runner;
  readonly pool: Pool;
  /** Runs every time. */
  readonly partitions: Task;
  /** Run here only when their schedules have not for too long. */
  readonly others: readonly Task[];
  readonly now: () => number;
}

/**
 * What the plain timer does every hour beside the schedules in Redis, since events must find their partition while Redis
 * is away or full: prepares partitions, and runs what is overdue. False when the partitions could not be prepared.
 */
export async function runHourlyRound(parts: HourlyParts, signal: AbortSignal): Promise<boolean> {
  const { kind } = await parts.runner.run(parts.partitions);
  if (kind === 'failed') return false;
  // What cannot be read counts as never run: running twice is harmless.
  const runs = await readMaintenanceRuns(parts.pool).catch(() => []);
  for (const task of parts.others) {
    if (signal.aborted) break;
    const last = runs.find((run) => run.task === task.name);
    if (isOverdue(task, last, parts.now())) await parts.runner.run(task);
  }
  return true;
}

/** True when no run has gone well within the task's interval and an hour, so that its schedule has had every chance. */
export function isOverdue(
  task: Pick<Task, 'everyMs'>,
  last: Pick<LastMaintenanceRun, 'lastSuccessAt'> | undefined,
  nowMs: number,
): boolean {
  const lastSuccessAt = last?.lastSuccessAt ?? null;
  return lastSuccessAt === null || nowMs - lastSuccessAt.getTime() > task.everyMs + HOUR_MS;
}
