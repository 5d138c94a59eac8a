import { readMaintenanceRuns } from '@auditlane/store';
import type { LastMaintenanceRun, Pool } from '@auditlane/store';
import { backoffMs } from '../outages/backoff.ts';
import type { Sleep } from '../outages/waits.ts';
import type { Runner } from '../runs/runner.ts';
import { HOUR_MS, MINUTE_MS } from '../tasks/task.ts';
import type { Task } from '../tasks/task.ts';

export interface TimerParts {
  readonly runner: Runner;
  readonly pool: Pool;
  /** Runs every hour, whatever the schedules in Redis do. */
  readonly partitions: Task;
  /** Run here only when nobody has for too long. */
  readonly others: readonly Task[];
  readonly sleep: Sleep;
  readonly random: () => number;
  readonly now: () => number;
}

const RETRY = { firstMs: 2000, longestMs: 5 * MINUTE_MS } as const;

/**
 * The plain timer beside the schedules in Redis, since events must find their partition while Redis is away or full:
 * prepares partitions every hour, and runs what is overdue. After a failure it tries again sooner. Never rejects.
 */
export async function runTimer(parts: TimerParts, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    await parts.sleep(failures === 0 ? HOUR_MS : backoffMs(failures, RETRY, parts.random), signal);
    if (signal.aborted) return;
    failures = (await runOnce(parts, signal)) ? 0 : failures + 1;
  }
}

/** One round. False when the partitions are not prepared. */
export async function runOnce(parts: TimerParts, signal: AbortSignal): Promise<boolean> {
  const { kind } = await parts.runner.run(parts.partitions);
  if (kind === 'failed') return false;
  const runs = await readRuns(parts.pool);
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

/** What is not known counts as never run: all tasks may run twice. */
async function readRuns(pool: Pool): Promise<readonly LastMaintenanceRun[]> {
  return readMaintenanceRuns(pool).catch(() => []);
}
