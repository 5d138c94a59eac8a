import * as z from 'zod';

const count = (description: string) => z.number().meta({ description });

/** Every number of the metrics answer and what exactly it counts. All are over the whole fleet, none over this process. */
export const FleetMetrics = z
  .strictObject({
    queue_length: count('Events in `audit:queue` now (`LLEN audit:queue`).'),
    queue_capacity: count('`AUDIT_MAX_QUEUE_LENGTH`: what the queue holds before it refuses.'),
    queue_usage_percent: count('`queue_length` in per cent of `queue_capacity`.'),
    urgent_queue_length: count('Events in the urgent lane, `audit:queue:urgent`, now.'),
    urgent_queue_capacity: count('`AUDIT_MAX_URGENT_LENGTH`.'),
    in_flight_events: count('Events claimed by workers and not yet acknowledged.'),
    in_flight_batches: count('Claims not yet acknowledged.'),
    oldest_event_age_ms: count('Age of the oldest queued event by the time in its id; 0 when none is queued.'),
    current_batch_size: count(
      '100, 300 or 1000 (by default): the batch size that the present `queue_length` calls for.',
    ),
    inserts_last_minute: count('Rows stored in the last 60 s by the whole fleet, read from the ledger in Postgres.'),
    batches_last_minute: count('Transactions that stored those rows.'),
    failures_last_minute: count('Failed attempts to store a batch plus dead letters, by all workers in the last 60 s.'),
    avg_batch_time_ms: count(
      'Mean time from claim to acknowledgement of the batches of the last 60 s; 0 when there was none.',
    ),
    total_dropped_events: count(
      'Events given up by any client or worker since the queue was born; survives restarts of all processes.',
    ),
    dropped_last_minute: count('Growth of `total_dropped_events` as this API has seen it in the last 60 s.'),
    total_overflow_events: count(
      'Events that found the queue full, whatever became of them; survives restarts of all processes.',
    ),
    total_enqueued_events: count('Events accepted by the queue since it was born.'),
    total_stored_events: count('Acknowledged events that made a row.'),
    total_duplicate_events: count('Acknowledged events whose row was there already: redeliveries, absorbed.'),
    total_dead_letters: count('Events that could not be stored and were parked in `audit:failed`.'),
    failed_queue_length: count('Dead letters in `audit:failed` now.'),
    held_events: count('Events of a newer version than their worker understood, waiting in `audit:hold`.'),
    conservation_difference: count(
      'Accepted events minus all places where they can be: 0 when the sums close, above 0 events are missing, below 0 somebody pushed past the client.',
    ),
    conservation_open_ms: count('How long `conservation_difference` has not been 0, as this API has seen it.'),
    missing_events: count(
      'Events that their producers numbered and that are nowhere: no row, no dead letter, not in the queue; `audit.loss.detected` events name them.',
    ),
    producers_with_missing_events: count('Producers that these events are of.'),
    total_replayed_events: count('Events that clients pushed again, since Redis had lost them.'),
    total_spool_faults: count('Writes to the spools of clients that failed; tried again, and told by the receipts.'),
    total_adopted_batches: count('Claims of dead workers that another took over.'),
    total_fenced_batches: count('Acknowledgements that came after the claim had been taken over, refused.'),
    incarnation_changes: count('How often Redis came back with another data set.'),
    oldest_dead_letter_age_ms: count(
      'Since the oldest dead letter in `audit:failed` was parked; 0 when there is none.',
    ),
    ledger_lag_ms: count('How long an open transaction in Postgres has held back the readers of the ledger.'),
    workers_running: count('Workers whose heartbeat is younger than 15 s.'),
    redis_age_ms: count(
      'Age of the numbers that come from Redis: 0 fresh; more: Redis is away and they are the last known; -1: never read, shown as 0.',
    ),
    postgres_age_ms: count('The same for `inserts_last_minute` and `batches_last_minute`, which come from Postgres.'),
  })
  .meta({ id: 'FleetMetrics' });
export type FleetMetrics = Readonly<z.output<typeof FleetMetrics>>;

export const Recommendation = z
  .strictObject({
    severity: z.enum(['info', 'warning', 'critical']),
    message: z.string().meta({ description: 'What is the case, with numbers.' }),
    action: z.string().optional().meta({ description: 'What to type or look at.' }),
  })
  .meta({ id: 'Recommendation' });
export type Recommendation = Readonly<z.output<typeof Recommendation>>;

export const HealthStatus = z.enum(['healthy', 'degraded', 'critical']).meta({
  id: 'HealthStatus',
  description: 'critical when any recommendation is critical, degraded when any is a warning, else healthy.',
});
export type HealthStatus = z.output<typeof HealthStatus>;

/** The answer of `GET /api/v1/monitoring/audit-metrics`. */
export const AuditMetrics = z
  .strictObject({
    health: z.strictObject({
      status: HealthStatus,
      issues: z
        .array(z.string())
        .meta({ description: 'Messages of all recommendations that are warnings or critical.' }),
    }),
    metrics: FleetMetrics,
    recommendations: z.array(Recommendation).meta({
      description: 'When all is well exactly one: info, "All systems operating normally."',
    }),
  })
  .meta({ id: 'AuditMetrics' });
export type AuditMetrics = Readonly<z.output<typeof AuditMetrics>>;
