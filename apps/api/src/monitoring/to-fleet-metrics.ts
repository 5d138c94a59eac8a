import { toBatchSize } from '@auditlane/runtime';
import type { BatchSizes } from '@auditlane/runtime';
import type { FleetMetrics } from './audit-metrics.ts';
import type { DropTrend } from './drop-history.ts';
import { recentBeats, runningWorkers } from './fleet-view.ts';
import type { FleetView, RedisFacts } from './fleet-view.ts';
import type { LossFacts } from './loss-facts.ts';
import { ageMs, lastValue } from './source-reading.ts';

/** Caps and steps that numbers are shown against. */
export interface FleetLimits extends BatchSizes {
  readonly AUDIT_MAX_QUEUE_LENGTH: number;
  readonly AUDIT_MAX_URGENT_LENGTH: number;
  readonly AUDIT_MAX_FAILED_LENGTH: number;
}

/** What the monitor remembers of earlier looks. */
export interface Remembered {
  readonly drops: DropTrend;
  readonly losses: LossFacts;
}

/**
 * The numbers of the answer. A source that is away gives its last known numbers, or 0 when it never answered: the ages
 * and the issues say so, so that a dashboard never has to draw a hole.
 */
export function toFleetMetrics(view: FleetView, limits: FleetLimits, { drops, losses }: Remembered): FleetMetrics {
  const redis = lastValue(view.redis);
  const ledger = lastValue(view.postgres);
  return {
    ...toQueueNumbers(redis, limits),
    ...toWorkerNumbers(redis, view.at),
    ...toTotals(redis),
    missing_events: losses.missingEvents,
    producers_with_missing_events: losses.missingProducers,
    conservation_open_ms: losses.openMs,
    incarnation_changes: losses.incarnationChanges,
    ledger_lag_ms: Math.round(losses.lagSeconds * 1000),
    oldest_dead_letter_age_ms: redis?.oldestLetterAgeMs ?? 0,
    inserts_last_minute: ledger?.rows ?? 0,
    batches_last_minute: ledger?.batches ?? 0,
    dropped_last_minute: drops.lastMinute,
    redis_age_ms: ageMs(view.redis, view.at),
    postgres_age_ms: ageMs(view.postgres, view.at),
  };
}

function toQueueNumbers(redis: RedisFacts | null, limits: FleetLimits) {
  const length = redis?.queue.main.depth ?? 0;
  return {
    queue_length: length,
    queue_capacity: limits.AUDIT_MAX_QUEUE_LENGTH,
    queue_usage_percent: toTenths((length / limits.AUDIT_MAX_QUEUE_LENGTH) * 100),
    urgent_queue_length: redis?.queue.urgent.depth ?? 0,
    urgent_queue_capacity: limits.AUDIT_MAX_URGENT_LENGTH,
    in_flight_events: redis?.queue.inFlight.entries ?? 0,
    in_flight_batches: redis?.queue.inFlight.claims ?? 0,
    oldest_event_age_ms: redis?.queue.oldestAgeMs ?? 0,
    current_batch_size: toBatchSize(length, limits),
    failed_queue_length: redis?.queue.failed ?? 0,
    held_events: redis?.queue.held ?? 0,
    conservation_difference: redis?.queue.conservationDifference ?? 0,
  };
}

function toWorkerNumbers(redis: RedisFacts | null, now: number) {
  const beats = redis?.beats ?? [];
  const windows = recentBeats(beats, now).map((beat) => beat.window);
  const batches = sum(windows.map((window) => window.batches));
  const batchMs = sum(windows.map((window) => window.batch_ms_total));
  return {
    failures_last_minute: sum(windows.map((window) => window.failed_attempts + window.dead_letters)),
    avg_batch_time_ms: batches === 0 ? 0 : toTenths(batchMs / batches),
    workers_running: runningWorkers(beats, now).length,
  };
}

function toTotals(redis: RedisFacts | null) {
  const stats = redis?.queue.stats ?? {};
  return {
    total_dropped_events: stats['dropped'] ?? 0,
    total_overflow_events: stats['overflow'] ?? 0,
    total_enqueued_events: stats['enqueued'] ?? 0,
    total_stored_events: stats['stored'] ?? 0,
    total_duplicate_events: stats['duplicates'] ?? 0,
    total_dead_letters: stats['dead'] ?? 0,
    total_replayed_events: stats['replayed'] ?? 0,
    total_spool_faults: stats['spool_faults'] ?? 0,
    total_adopted_batches: stats['adopted'] ?? 0,
    total_fenced_batches: stats['fenced'] ?? 0,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function toTenths(number: number): number {
  return Math.round(number * 10) / 10;
}
