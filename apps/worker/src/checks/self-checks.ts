import type { Queue } from '@auditlane/queue';
import type { Sleep } from '@auditlane/runtime';
import { CatalogError } from './probe-catalog.ts';
import { reportRedisFaults } from './await-redis.ts';
import type { RedisCheckParts } from './await-redis.ts';

/**
 * What a worker looks at once an hour, because it can change under a running system: how Redis is set up, the type and
 * expiry of every key of the queue (somebody else may have written to them), the schema of Postgres, and the number of
 * dead letters. It reports, and a person must act.
 */
export interface SelfCheckParts extends RedisCheckParts {
  readonly queue: Pick<Queue, 'inspect'>;
  /** Rejects with what is wrong in the schema; the caller stops storing until it is put right. */
  readonly probeCatalog: () => Promise<void>;
  /** Dead letters above which the list is worth a line. */
  readonly maxFailed: number;
  readonly sleep: Sleep;
}

const EVERY_MS = 3_600_000;

/** Checks now and then once an hour until the signal aborts. Never rejects. */
export async function runSelfChecks(parts: SelfCheckParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await parts.sleep(EVERY_MS, signal);
    if (!signal.aborted) await checkOnce(parts);
  }
}

/** One round of the checks. A server that is away is reported by those who need it, not here. */
export async function checkOnce(parts: SelfCheckParts): Promise<void> {
  const outcomes = await Promise.allSettled([reportRedisFaults(parts), parts.probeCatalog(), checkDeadLetters(parts)]);
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') continue;
    const level = outcome.reason instanceof CatalogError ? 'error' : 'warn';
    parts.log[level](`self-check:${level}`, { err: outcome.reason }, 'self-check failed');
  }
}

async function checkDeadLetters({ queue, maxFailed, log }: SelfCheckParts): Promise<void> {
  const { failed } = await queue.inspect();
  if (failed <= maxFailed) return;
  log.error('dead-letters', { dead_letters: failed, limit: maxFailed }, 'too many dead letters, look at audit:failed');
}
