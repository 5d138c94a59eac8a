import type { Logger, RateLimitedLog } from '@auditlane/runtime';
import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { settlesWithin } from '../outages/waits.ts';
import type { Runner } from '../runs/runner.ts';
import type { ScheduledTask } from '../tasks/task.ts';
import { openBullConnection } from './bull-connection.ts';
import { keepSchedules } from './keep-schedules.ts';

export interface SchedulesParts {
  readonly redisUrl: string;
  readonly prefix: string;
  readonly tasks: readonly ScheduledTask[];
  readonly runner: Runner;
  readonly logger: Logger;
  readonly log: RateLimitedLog;
  readonly stack: AsyncDisposableStack;
  /** How long runs in progress may still take when the process drains. */
  readonly drainMs: () => number;
  /**
   * How long a process may be silent before its run is taken over, and how often that is looked for. A run outlives a
   * lost lock: it is idempotent, so that running it twice at once is the worst that can happen.
   */
  readonly lockMs: number;
}

/** The name of the queue in BullMQ; a run can be asked for by adding a job with a task's name. */
export const SCHEDULE_NAME = 'tasks';

const KEEP_COMPLETED = { count: 20 } as const;
const KEEP_FAILED = { count: 100 } as const;
const MAX_STALLED = 3;
/** Retention may wait for locks while others are due. */
const CONCURRENCY = 2;
const QUIT_MS = 500;

/**
 * Opens the schedules in Redis: each task runs once per interval in the whole fleet, whichever process takes it, failed
 * runs are tried again, and a run whose process died is taken over. Returns at once; while Redis is away all of it waits.
 */
export function openSchedules(parts: SchedulesParts, signal: AbortSignal): void {
  const { prefix, stack } = parts;
  const adding = openConnection(parts, 'audit-maintenance-schedules');
  // The settings of Redis are the self-check's business; BullMQ would write to the console.
  const queue = new Queue(SCHEDULE_NAME, { connection: adding, prefix, skipVersionCheck: true });
  queue.on('error', (error) => reportError(parts, error));
  stack.defer(async () => {
    await settlesWithin(QUIT_MS, queue.close());
    adding.disconnect();
  });
  openWorker(parts);
  const keeping = keepSchedules({ ...parts, queue, adding }, signal);
  stack.defer(() => keeping);
}

function openWorker(parts: SchedulesParts): void {
  const working = openConnection(parts, 'audit-maintenance-runs');
  const worker = new Worker(SCHEDULE_NAME, ({ name }) => runNamed(parts, name), {
    connection: working,
    prefix: parts.prefix,
    skipVersionCheck: true,
    concurrency: CONCURRENCY,
    lockDuration: parts.lockMs,
    stalledInterval: parts.lockMs,
    maxStalledCount: MAX_STALLED,
    removeOnComplete: KEEP_COMPLETED,
    removeOnFail: KEEP_FAILED,
  });
  worker.on('error', (error) => reportError(parts, error));
  worker.on('stalled', (id) => parts.logger.warn({ id }, 'a run lost its process or its lock and is run again'));
  parts.stack.defer(() => closeWorker(parts, worker, working));
}

/** Runs in progress end first, if they do in time; what is cut off runs again as stalled. */
async function closeWorker({ logger, drainMs }: SchedulesParts, worker: Worker, working: Redis): Promise<void> {
  if (!(await settlesWithin(working.status === 'ready' ? drainMs() : QUIT_MS, worker.close()))) {
    logger.warn('schedules did not close in time, what ran is run again');
  }
  working.disconnect();
}

/** Rejects when the run failed, so that BullMQ tries it again. */
async function runNamed({ tasks, runner, logger }: SchedulesParts, name: string): Promise<void> {
  const task = tasks.find((known) => known.name === name);
  if (task === undefined) {
    // Of a release that knew other tasks, before or after this one.
    logger.warn({ task: name }, 'unknown task in the schedules, not run');
    return;
  }
  const outcome = await runner.run(task);
  if (outcome.kind === 'failed') throw outcome.error;
}

function openConnection(parts: SchedulesParts, name: string): Redis {
  return openBullConnection(parts.redisUrl, { name, onError: (error) => reportError(parts, error) });
}

function reportError({ log }: SchedulesParts, error: Error): void {
  log.warn('schedules', { err: error }, 'schedules in redis do not work, partitions are prepared by the timer');
}
