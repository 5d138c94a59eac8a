import type { Logger, RateLimitedLog } from '@auditlane/runtime';
import type { JobsOptions, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { backoffMs } from '../outages/backoff.ts';
import { sleep, unlessAborted } from '../outages/waits.ts';
import { HOUR_MS, MINUTE_MS } from '../tasks/task.ts';
import type { Task } from '../tasks/task.ts';

export interface KeepingParts {
  readonly queue: Queue;
  /** The connection of the queue. */
  readonly adding: Redis;
  readonly tasks: readonly Task[];
  readonly logger: Logger;
  readonly log: RateLimitedLog;
}

const RETRY = { firstMs: 1000, longestMs: MINUTE_MS } as const;
const KEEP_COMPLETED = { count: 20 } as const;
const KEEP_FAILED = { count: 100 } as const;

/**
 * Sets the schedules, and again on each new connection and every hour: a Redis that came back empty has none. Setting
 * one that is there changes nothing. Resolves when the signal aborts. Never rejects.
 */
export async function keepSchedules(parts: KeepingParts, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    try {
      await unlessAborted(setSchedules(parts), signal);
      if (!signal.aborted && failures >= 0) parts.logger.info({ schedules: parts.tasks.length }, 'schedules are set');
      failures = 0;
    } catch (error) {
      failures += 1;
      parts.log.error('set_schedules', { err: error }, 'schedules could not be set');
    }
    await sleepOrReconnect(parts.adding, failures === 0 ? HOUR_MS : backoffMs(failures, RETRY, Math.random), signal);
  }
}

async function setSchedules({ queue, tasks }: KeepingParts): Promise<void> {
  for (const { name, everyMs, attempts, retryMs } of tasks) {
    const opts: JobsOptions = {
      attempts,
      backoff: { type: 'exponential', delay: retryMs, jitter: 0.5 },
      removeOnComplete: KEEP_COMPLETED,
      removeOnFail: KEEP_FAILED,
    };
    await queue.upsertJobScheduler(name, { every: everyMs }, { name, opts });
  }
}

async function sleepOrReconnect(redis: Redis, ms: number, signal: AbortSignal): Promise<void> {
  const reconnected = new AbortController();
  const wake = (): void => reconnected.abort();
  redis.once('ready', wake);
  await sleep(ms, AbortSignal.any([signal, reconnected.signal]));
  redis.off('ready', wake);
}
