/**
 * The composition root of maintenance: the only place that wires. What is opened goes on the process's stack and is
 * closed in reverse order: no new runs, runs in progress end, then the connections do.
 */
import { hostname } from 'node:os';
import { connectRedis, toQueueKeys } from '@auditlane/queue';
import { createRateLimitedLog, toRedisUrl } from '@auditlane/runtime';
import type { Logger, ProcessContext, RateLimitedLog } from '@auditlane/runtime';
import { migrate } from '@auditlane/store';
import type { Pool } from '@auditlane/store';
import { awaitSchema } from './database/await-schema.ts';
import { openPool, toSsl } from './database/maintenance-pool.ts';
import type { MaintenanceEnv } from './env.ts';
import { settlesWithin, sleep } from './outages/waits.ts';
import { createRunNotes } from './runs/run-notes.ts';
import { createRunner } from './runs/runner.ts';
import type { Runner } from './runs/runner.ts';
import { openSchedules } from './schedules/open-schedules.ts';
import { runTimer } from './schedules/run-timer.ts';
import { toSchedulePrefix } from './schedules/schedule-prefix.ts';
import { createPartitionsTask } from './tasks/partitions.ts';
import { createRetentionTask } from './tasks/retention.ts';
import { createSelfCheckTask } from './tasks/self-check.ts';
import { createSummarizeTask } from './tasks/summarize.ts';
import type { Task } from './tasks/task.ts';

/** How long a run that the timer began may hold up the end of the process. */
const DRAIN_MS = 8000;

/** What the parts below share. */
interface Ground {
  readonly env: MaintenanceEnv;
  readonly logger: Logger;
  readonly log: RateLimitedLog;
  readonly stack: AsyncDisposableStack;
  readonly pool: Pool;
}

interface Tasks {
  readonly partitions: Task;
  readonly others: readonly Task[];
}

/**
 * Opens maintenance and resolves when the database has this release's schema and its partitions. While Postgres is away
 * it waits and says why, not ready: PM2 goes on after its `listen_timeout`. Redis is not waited for. Throws a ConfigError
 * (exit 78) when the database does not fit this release.
 */
export async function openMaintenance(context: ProcessContext<MaintenanceEnv>): Promise<void> {
  const { env, logger, stack, signal } = context;
  const log = createRateLimitedLog(logger);
  const schema = await awaitSchema({ migrate: () => migrate(env.DATABASE_URL, toSsl(env)), log, ...TIMING }, signal);
  if (schema === null) return;
  const { version, applied, partitionsCreated: created } = schema;
  logger.info({ version, applied, created }, 'database is at this release');

  const ground: Ground = { env, logger, log, stack, pool: openPool(env, log, stack) };
  const tasks = createTasks(ground);
  const runner = openRunner(ground);
  await runner.run(tasks.partitions);
  if (signal.aborted) return;
  openTimer(ground, { tasks, runner, signal });
  const redisUrl = toRedisUrl(env);
  const prefix = toSchedulePrefix(env.AUDIT_QUEUE_KEY);
  openSchedules({ ...ground, redisUrl, prefix, tasks: [tasks.partitions, ...tasks.others], runner }, signal);
  logger.info('maintenance ready');
}

/** Time and chance, as every part takes them. */
const TIMING = { sleep, random: Math.random } as const;

function createTasks({ env, log, stack, pool }: Ground): Tasks {
  const redis = connectRedis(toRedisUrl(env), {
    name: 'audit-maintenance',
    onError: (error) => void log.warn(`redis:${error.code}`, { err: error }, 'redis connection failed'),
  });
  stack.defer(() => redis.disconnect());
  const retentionDays = env.AUDIT_RETENTION_DAYS;
  const caps = { capacity: env.AUDIT_MAX_QUEUE_LENGTH, urgentCapacity: env.AUDIT_MAX_URGENT_LENGTH };
  return {
    partitions: createPartitionsTask({ pool, retentionDays, log }),
    others: [
      createRetentionTask({ pool, retentionDays }),
      createSelfCheckTask({ redis, keys: toQueueKeys(env.AUDIT_QUEUE_KEY), caps, pool, log }),
      createSummarizeTask(pool),
    ],
  };
}

function openRunner({ pool, log, logger, stack }: Ground): Runner {
  const notes = createRunNotes(pool, log);
  const runner = createRunner({ notes, logger, host: hostname(), pid: process.pid, now: () => new Date() });
  stack.defer(async () => {
    if (await settlesWithin(DRAIN_MS, runner.idle())) return;
    // Each statement of it is a transaction: the server rolls the last one back, and the next run does the rest.
    logger.warn('a run did not end in time and is left to the next one');
  });
  return runner;
}

function openTimer(
  { pool }: Ground,
  o: { readonly tasks: Tasks; readonly runner: Runner; readonly signal: AbortSignal },
): void {
  // Not awaited when closing: it ends with the signal, and its runs are the runner's to wait for.
  void runTimer({ pool, runner: o.runner, ...o.tasks, ...TIMING, now: Date.now }, o.signal);
}
