import { QueueError } from '@auditlane/queue';
import type { Claim } from '@auditlane/queue';
import type { Logger, RateLimitedLog } from '@auditlane/runtime';
import type { DeadLetterReason } from '@auditlane/schema';
import type { StoreError } from '@auditlane/store';
import { addCounts, NO_COUNTS } from './minute-window.ts';
import type { BatchCounts, MinuteWindow } from './minute-window.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

/** Where everything countable is told: counters first, then a log line where an operator cares, at most once in 10 s. */
export interface Tally {
  claimed(elapsedMs: number): void;
  adopted(claim: Claim): void;
  statements(count: number): void;
  stored(counts: { readonly rows: number; readonly duplicates: number; readonly conflicts: number }): void;
  finished(o: { readonly held: number; readonly elapsedMs: number }): void;
  parked(reason: DeadLetterReason): void;
  released(): void;
  fenced(): void;
  gone(): void;
  attemptFailed(error: StoreError): void;
  redisFailed(verb: string, error: unknown): void;
  /** A turn of a slot failed: Redis is away or refuses, or a defect of ours. */
  slotFailed(error: unknown): void;
  readonly window: MinuteWindow;
  totals(): BatchCounts;
}

export interface TallyParts {
  readonly metrics: WorkerMetrics;
  readonly window: MinuteWindow;
  readonly logger: Logger;
  readonly log: RateLimitedLog;
}

export function createTally(parts: TallyParts): Tally {
  let totals = NO_COUNTS;
  const count = (counts: Partial<BatchCounts>): void => {
    parts.window.add(counts);
    totals = addCounts(totals, counts);
  };
  return { ...tallyBatches(parts, count), ...tallyClaims(parts), ...tallyFailures(parts, count), totals: () => totals };
}

type Count = (counts: Partial<BatchCounts>) => void;

function tallyBatches({ metrics, window, log }: TallyParts, count: Count) {
  return {
    window,
    statements: (statements) => metrics.statements.inc(statements),
    stored({ rows, duplicates, conflicts }) {
      metrics.rows.inc(rows);
      metrics.conflicts.inc(conflicts);
      if (conflicts > 0) {
        log.error('id-conflict', { conflicts }, 'events under one id with different content, the first was kept');
      }
      metrics.duplicates.inc(duplicates);
      count({ rows, duplicates });
    },
    finished({ held, elapsedMs }) {
      metrics.batches.inc();
      metrics.held.inc(held);
      metrics.batchSeconds.observe(elapsedMs / 1000);
      count({ batches: 1, batch_ms_total: elapsedMs });
    },
    parked(reason) {
      metrics.deadLetters.inc({ reason });
      count({ dead_letters: 1 });
    },
  } satisfies Partial<Tally>;
}

function tallyClaims({ metrics, logger }: TallyParts) {
  return {
    claimed: (elapsedMs) => metrics.claimSeconds.observe(elapsedMs / 1000),
    adopted({ batchId, attempt, epoch, entries }) {
      metrics.adopted.inc();
      logger.info({ batch_id: batchId, attempt, epoch, entries: entries.length }, 'adopted a batch whose lease ended');
    },
    released: () => metrics.released.inc(),
    fenced: () => metrics.fenced.inc(),
    gone: () => metrics.gone.inc(),
  } satisfies Partial<Tally>;
}

function tallyFailures({ metrics, log }: TallyParts, count: Count) {
  const countRedisError = (error: unknown): string => {
    const code = error instanceof QueueError ? error.code : 'unexpected';
    metrics.redisErrors.inc({ code });
    return code;
  };
  return {
    attemptFailed(error) {
      const { code: kind, sqlstate } = error;
      metrics.failedAttempts.inc({ kind });
      count({ failed_attempts: 1 });
      log.warn(`store:${kind}`, { err: error, kind, sqlstate }, 'batch not stored, it will be tried again');
    },
    redisFailed(verb, error) {
      const code = countRedisError(error);
      log.warn(`redis:${verb}:${code}`, { err: error, verb, code }, 'redis call failed');
    },
    slotFailed(error) {
      const code = countRedisError(error);
      const level = code === 'away' || code === 'timeout' ? 'warn' : 'error';
      log[level](`slot:${code}`, { err: error, code }, 'slot could not work');
    },
  } satisfies Partial<Tally>;
}
