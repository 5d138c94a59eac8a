/**
 * The fleet as Prometheus sees it: what workers measured (their heartbeats carry it) summed, and what Redis, the ledger
 * and the rules say. Label values are words of this program; a reason that a client wrote into Redis is taken only when
 * it looks like one, and there are at most 30 of them.
 */
import type { WorkerBeat } from '@auditlane/queue';
import { createMetrics, renderFleetMetrics } from '@auditlane/runtime';
import type { Metrics } from '@auditlane/runtime';
import * as z from 'zod';
import type { FleetMetrics } from './audit-metrics.ts';
import { recentBeats } from './fleet-view.ts';
import type { Assessment } from './monitor.ts';
import { lastValue } from './source-reading.ts';

const MAX_REASONS = 30;
const REASON = /^(dropped|refused):([a-z][a-z_]{0,39})$/;

/** One metric as prom-client writes it; anything else in a heartbeat is left out. */
const WorkerMetric = z.object({
  name: z.string().regex(/^audit_[a-z0-9_]{1,120}$/),
  help: z.string().max(500),
  type: z.enum(['counter', 'gauge', 'histogram', 'summary']),
  aggregator: z.enum(['sum', 'first', 'min', 'max', 'average', 'omit']),
  values: z
    .array(
      z.object({
        value: z.number(),
        labels: z.record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/), z.union([z.string().max(100), z.number()])),
        metricName: z
          .string()
          .regex(/^audit_[a-z0-9_]{1,120}$/)
          .optional(),
        exemplar: z.unknown().optional(),
      }),
    )
    .max(500),
});

type WorkerMetrics = Parameters<typeof renderFleetMetrics>[0][number];

/** `name of the gauge` -> `[help, number of the JSON answer, divisor]`. */
const GAUGES: Readonly<Record<string, readonly [help: string, field: keyof FleetMetrics, divisor?: number]>> = {
  audit_queue_length: ['Events in the queue.', 'queue_length'],
  audit_queue_capacity: ['What the queue holds before it refuses.', 'queue_capacity'],
  audit_urgent_queue_length: ['Events in the urgent lane.', 'urgent_queue_length'],
  audit_urgent_queue_capacity: ['What the urgent lane holds before it refuses.', 'urgent_queue_capacity'],
  audit_queue_oldest_age_seconds: ['Age of the oldest queued event.', 'oldest_event_age_ms', 1000],
  audit_in_flight_events: ['Events claimed and not yet acknowledged.', 'in_flight_events'],
  audit_in_flight_batches: ['Claims not yet acknowledged.', 'in_flight_batches'],
  audit_failed_queue_length: ['Dead letters parked now.', 'failed_queue_length'],
  audit_held_events: ['Events of a newer version, waiting.', 'held_events'],
  audit_current_batch_size: ['Batch size that the present queue length calls for.', 'current_batch_size'],
  audit_inserts_last_minute: ['Rows stored in the last 60 s, by the ledger.', 'inserts_last_minute'],
  audit_batches_last_minute: ['Transactions that stored them.', 'batches_last_minute'],
  audit_failures_last_minute: ['Failed attempts and dead letters in the last 60 s.', 'failures_last_minute'],
  audit_batch_time_seconds: ['Mean time from claim to acknowledgement in the last 60 s.', 'avg_batch_time_ms', 1000],
  audit_conservation_difference_events: [
    'Accepted events minus all places where they can be.',
    'conservation_difference',
  ],
  audit_conservation_open_seconds: ['How long that difference has not been 0.', 'conservation_open_ms', 1000],
  audit_missing_events: ['Numbered events that are nowhere.', 'missing_events'],
  audit_producers_with_missing_events: ['Producers of these.', 'producers_with_missing_events'],
  audit_dead_letter_oldest_age_seconds: ['Age of the oldest dead letter.', 'oldest_dead_letter_age_ms', 1000],
  audit_ledger_lag_seconds: ['How long an open transaction has held back the ledger.', 'ledger_lag_ms', 1000],
  audit_workers_running: ['Workers with a young heartbeat.', 'workers_running'],
};

const COUNTERS: Readonly<Record<string, readonly [help: string, field: keyof FleetMetrics]>> = {
  audit_events_enqueued_total: ['Events accepted by the queue.', 'total_enqueued_events'],
  audit_events_stored_total: ['Acknowledged events that made a row.', 'total_stored_events'],
  audit_events_duplicate_total: ['Acknowledged events whose row was there.', 'total_duplicate_events'],
  audit_events_overflow_total: ['Events that found the queue full.', 'total_overflow_events'],
  audit_events_replayed_total: ['Events pushed again after Redis had lost them.', 'total_replayed_events'],
  audit_spool_faults_total: ['Writes to the spools of clients that failed.', 'total_spool_faults'],
  audit_claims_adopted_total: ['Claims of dead workers that another took over.', 'total_adopted_batches'],
  audit_claims_fenced_total: ['Acknowledgements that came too late.', 'total_fenced_batches'],
  audit_incarnation_changes_total: ['Times that Redis came back with another data set.', 'incarnation_changes'],
  audit_events_dead_total: ['Events parked as dead letters.', 'total_dead_letters'],
};

const STATUS_NUMBERS = { healthy: 0, degraded: 1, critical: 2 } as const;

/** Renders the text of `GET /metrics`. */
export async function renderPrometheus(assessment: Assessment, ownProcess: Metrics): Promise<string> {
  const redis = lastValue(assessment.view.redis);
  const fleet = createMetrics();
  addNumbers(fleet, assessment);
  addLosses(fleet, redis?.queue.stats ?? {});
  const workers = recentBeats(redis?.beats ?? [], assessment.view.at).map(toWorkerMetrics);
  return renderFleetMetrics([...workers, await ownProcess.toJson(), await fleet.toJson()]);
}

function addNumbers(fleet: Metrics, { answer, services }: Assessment): void {
  for (const [name, [help, field, divisor = 1]] of Object.entries(GAUGES)) {
    fleet.gauge({ name, help }).set(answer.metrics[field] / divisor);
  }
  for (const [name, [help, field]] of Object.entries(COUNTERS)) {
    fleet.counter({ name, help }).inc(answer.metrics[field]);
  }
  fleet
    .gauge({ name: 'audit_health_status', help: '0 healthy, 1 degraded, 2 critical.' })
    .set(STATUS_NUMBERS[answer.health.status]);
  const up = fleet.gauge({ name: 'audit_service_up', help: '1 when the service answers.', labels: ['service'] });
  up.set({ service: 'redis' }, services.redis === 'connected' ? 1 : 0);
  up.set({ service: 'postgres' }, services.postgres === 'connected' ? 1 : 0);
  up.set({ service: 'audit_worker' }, services.audit_worker === 'running' ? 1 : 0);
}

function addLosses(fleet: Metrics, stats: Readonly<Record<string, number>>): void {
  const dropped = fleet.counter({
    name: 'audit_events_dropped_total',
    help: 'Events given up, by reason.',
    labels: ['reason'],
  });
  const refused = fleet.counter({
    name: 'audit_events_refused_total',
    help: 'Calls that were no valid event or came at the wrong time, by reason.',
    labels: ['reason'],
  });
  const named = toReasons(stats, 'dropped');
  for (const [reason, count] of named) dropped.inc({ reason }, count);
  for (const [reason, count] of toReasons(stats, 'refused')) refused.inc({ reason }, count);
  const rest = (stats['dropped'] ?? 0) - named.reduce((total, [, count]) => total + count, 0);
  dropped.inc({ reason: 'other' }, Math.max(0, rest));
}

/** The counters of one kind; field names come from Redis, so only a few that look like ours become labels. */
function toReasons(stats: Readonly<Record<string, number>>, kind: string): readonly (readonly [string, number])[] {
  const found = Object.entries(stats).flatMap(([field, count]) => {
    const match = REASON.exec(field);
    return match === null || match[1] !== kind || count < 0 ? [] : [[match[2] ?? 'other', count] as const];
  });
  return found.slice(0, MAX_REASONS);
}

function toWorkerMetrics(beat: WorkerBeat): WorkerMetrics {
  const known = (beat.metrics ?? []).flatMap((metric) => WorkerMetric.safeParse(metric).data ?? []);
  // prom-client's own type wants its enum where its JSON holds the plain word.
  // oxlint-disable-next-line typescript/consistent-type-assertions
  return known as unknown as WorkerMetrics;
}
