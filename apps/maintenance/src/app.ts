/**
 * The composition root of maintenance: the only place that wires. What is opened goes on the process's stack and is
 * closed in reverse order: no new runs, runs in progress end, then the connections do.
 */
import { hostname } from 'node:os';
import { connectRedis, createQueue, toQueueKeys } from '@auditlane/queue';
import type { QueueKeys } from '@auditlane/queue';
import { ConfigError, createRateLimitedLog, sleep, toPublicSettings, toRedisUrl } from '@auditlane/runtime';
import type { Logger, ProcessContext, RateLimitedLog } from '@auditlane/runtime';
import { keepNotingSettings, migrate } from '@auditlane/store';
import type { Pool } from '@auditlane/store';
import { awaitSchema } from './database/await-schema.ts';
import { openPool, toSsl } from './database/maintenance-pool.ts';
import type { MaintenanceEnv } from './env.ts';
import { SECONDS_APART, SETTLE_SECONDS } from './losses/find-losses.ts';
import { parkedInTable } from './losses/parked-in-table.ts';
import { createDeadline, settlesWithin } from './outages/waits.ts';
import { createRunNotes } from './runs/run-notes.ts';
import { createRunner } from './runs/runner.ts';
import type { Runner } from './runs/runner.ts';
import { runHourlyRound } from './schedules/hourly-round.ts';
import { openSchedules } from './schedules/open-schedules.ts';
import { runTimer } from './schedules/run-timer.ts';
import { toSchedulePrefix } from './schedules/schedule-prefix.ts';
import { createDeadLettersTask } from './tasks/dead-letters.ts';
import { createLossTask } from './tasks/losses.ts';
import { createPartitionsTask } from './tasks/partitions.ts';
import { createRetentionTask } from './tasks/retention.ts';
import { createSelfCheckTask } from './tasks/self-check.ts';
import { createSummarizeTask } from './tasks/summarize.ts';
import { HOUR_MS } from './tasks/task.ts';
import type { ScheduledTask, Task } from './tasks/task.ts';

/** For runs in progress when the process drains: below its deadline of 12 s, with time for what closes after. */
const DRAIN_MS = 8000;

/** A run whose process was killed is run again about this much later, or twice. */
const LOCK_MS = 30_000;

/** Time and chance, as every part takes them. */
const TIMING = { sleep, random: Math.random } as const;

/** What the parts below share. */
interface Ground {
  readonly env: MaintenanceEnv;
  readonly logger: Logger;
  readonly log: RateLimitedLog;
  readonly stack: AsyncDisposableStack;
  readonly signal: AbortSignal;
  /** How long runs in progress may still take. */
  readonly drainMs: () => number;
  readonly keys: QueueKeys;
  readonly pool: Pool;
}

interface Tasks {
  readonly partitions: ScheduledTask;
  readonly retention: ScheduledTask;
  readonly selfCheck: ScheduledTask;
  readonly summarize: Task;
  readonly losses: Task;
  readonly deadLetters: Task;
}

/**
 * Opens maintenance and resolves when the database has this release's schema and its partitions. While Postgres is away
 * it waits and says why, not ready: PM2 goes on after its `listen_timeout`. Redis is not waited for. Throws a ConfigError
 * (exit 78) when the database does not fit this release.
 */
export async function openMaintenance(context: ProcessContext<MaintenanceEnv>): Promise<void> {
  const { env, logger, stack, signal } = context;
  const log = createRateLimitedLog(logger);
  const keys = toKeys(env.AUDIT_QUEUE_KEY);
  const schema = await awaitSchema({ migrate: () => migrate(env.DATABASE_URL, toSsl(env)), log, ...TIMING }, signal);
  if (schema === null) return;
  const { version, applied, partitionsCreated: created } = schema;
  logger.info({ version, applied, created }, 'database is at this release');

  const drainMs = createDeadline(DRAIN_MS, signal);
  const ground: Ground = { env, logger, log, stack, signal, drainMs, keys, pool: openPool(env, log, stack) };
  const tasks = createTasks(ground);
  const runner = openRunner(ground);
  await runner.run(tasks.partitions);
  if (signal.aborted) return;
  openTimers(ground, tasks, runner);
  openSchedulesInRedis(ground, tasks, runner);
  void keepNotingSettings(ground.pool, {
    process: 'audit-maintenance',
    settings: toPublicSettings(env),
    signal,
    onError: (error) => void log.warn('note_settings', { err: error }, 'settings could not be noted yet'),
  });
  logger.info('maintenance ready');
}

function toKeys(queueKey: string): QueueKeys {
  try {
    return toQueueKeys(queueKey);
  } catch (error) {
    throw new ConfigError([{ name: 'AUDIT_QUEUE_KEY', problem: 'cannot name a queue' }], { cause: error });
  }
}

function createTasks({ env, log, logger, stack, signal, pool, keys }: Ground): Tasks {
  const redis = connectRedis(toRedisUrl(env), {
    name: 'audit-maintenance',
    onError: (error) => void log.warn(`redis:${error.code}`, { err: error }, 'redis connection failed'),
  });
  stack.defer(() => redis.disconnect());
  const queue = createQueue(redis, keys);
  const retentionDays = env.AUDIT_RETENTION_DAYS;
  const caps = { capacity: env.AUDIT_MAX_QUEUE_LENGTH, urgentCapacity: env.AUDIT_MAX_URGENT_LENGTH };
  const bounds = { maxLength: env.AUDIT_MAX_FAILED_LENGTH, maxBytes: env.AUDIT_MAX_FAILED_BYTES };
  return {
    partitions: createPartitionsTask({ pool, retentionDays, log }),
    retention: createRetentionTask({ pool, retentionDays }),
    selfCheck: createSelfCheckTask({ redis, keys, caps, pool, log }),
    summarize: createSummarizeTask(pool),
    losses: createLossTask({
      pool,
      redis,
      keys,
      log,
      signal,
      sleep,
      queue,
      parkedInTable: () => parkedInTable(pool),
      settleSeconds: SETTLE_SECONDS,
      secondsApart: SECONDS_APART,
      now: Date.now,
    }),
    deadLetters: createDeadLettersTask({ queue, pool, logger, ...bounds }),
  };
}

function openRunner({ pool, log, logger, stack, drainMs }: Ground): Runner {
  const notes = createRunNotes(pool, log);
  const runner = createRunner({ notes, logger, host: hostname(), pid: process.pid, now: () => new Date() });
  stack.defer(async () => {
    if (await settlesWithin(drainMs(), runner.idle())) return;
    // Each statement of it is a transaction: the server rolls the last one back, and the next run does the rest.
    logger.warn('a run did not end in time and is left to the next one');
  });
  return runner;
}

/** Not awaited when closing: timers end with the signal, and their runs are the runner's to wait for. */
function openTimers({ pool, signal }: Ground, tasks: Tasks, runner: Runner): void {
  const { partitions, retention, selfCheck } = tasks;
  const hourly = { runner, pool, partitions, others: [retention, selfCheck], now: Date.now };
  void runTimer({ ...TIMING, everyMs: HOUR_MS, round: () => runHourlyRound(hourly, signal) }, signal);
  for (const task of [tasks.summarize, tasks.losses, tasks.deadLetters]) {
    const round = async (): Promise<boolean> => (await runner.run(task)).kind === 'succeeded';
    void runTimer({ ...TIMING, everyMs: task.everyMs, round }, signal);
  }
}

function openSchedulesInRedis(ground: Ground, tasks: Tasks, runner: Runner): void {
  const { env, signal } = ground;
  const redisUrl = toRedisUrl(env);
  const prefix = toSchedulePrefix(env.AUDIT_QUEUE_KEY);
  const scheduled = [tasks.partitions, tasks.retention, tasks.selfCheck];
  openSchedules({ ...ground, redisUrl, prefix, tasks: scheduled, runner, lockMs: LOCK_MS }, signal);
}
