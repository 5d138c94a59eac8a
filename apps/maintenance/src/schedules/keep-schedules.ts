import type { Logger, RateLimitedLog } from '@auditlane/runtime';
import type { JobsOptions, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { backoffMs, sleep } from '@auditlane/runtime';
import { unlessAborted } from '../outages/waits.ts';
import { HOUR_MS, MINUTE_MS } from '../tasks/task.ts';
import type { ScheduledTask } from '../tasks/task.ts';

export interface KeepingParts {
  readonly queue: Queue;
  /** The connection of the queue. */
  readonly adding: Redis;
  readonly tasks: readonly ScheduledTask[];
  readonly logger: Logger;
  readonly log: RateLimitedLog;
}

const RETRY = { firstMs: 1000, longestMs: MINUTE_MS } as const;

/**
 * Sets the schedules, and again on each new connection and every hour: a Redis that came back empty has none. Setting
 * one that is there changes nothing. Resolves when the signal aborts. Never rejects.
 */
export async function keepSchedules(parts: KeepingParts, signal: AbortSignal): Promise<void> {
  const { logger, log, tasks, adding } = parts;
  let failures = 0;
  let isNews = true;
  while (!signal.aborted) {
    try {
      await unlessAborted(setSchedules(parts), signal);
      if (isNews && !signal.aborted) logger.info({ tasks: tasks.map(({ name }) => name) }, 'schedules are set');
      failures = 0;
    } catch (error) {
      failures += 1;
      log.error('set_schedules', { err: error }, 'schedules could not be set');
    }
    const waitMs = failures === 0 ? HOUR_MS : backoffMs(failures, RETRY, Math.random);
    isNews = (await sleepOrReconnect(adding, waitMs, signal)) || failures > 0;
  }
}

async function setSchedules({ queue, tasks }: KeepingParts): Promise<void> {
  for (const { name, everyMs, attempts, retryMs } of tasks) {
    const opts: JobsOptions = { attempts, backoff: { type: 'exponential', delay: retryMs, jitter: 0.5 } };
    await queue.upsertJobScheduler(name, { every: everyMs }, { name, opts });
  }
}

/** True when it was a new connection that ended the wait. */
async function sleepOrReconnect(redis: Redis, ms: number, signal: AbortSignal): Promise<boolean> {
  const reconnected = new AbortController();
  const wake = (): void => reconnected.abort();
  redis.once('ready', wake);
  await sleep(ms, AbortSignal.any([signal, reconnected.signal]));
  redis.off('ready', wake);
  return reconnected.signal.aborted;
}
