import type { Metrics } from '@auditlane/runtime';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;

export type WorkerMetrics = ReturnType<typeof createWorkerMetrics>;

/** The metrics of one worker. They travel in its heartbeats, and the API sums them over the fleet. */
export function createWorkerMetrics(metrics: Metrics) {
  return { ...createBatchMetrics(metrics), ...createClaimMetrics(metrics) };
}

function createBatchMetrics(metrics: Metrics) {
  return {
    batches: metrics.counter({ name: 'audit_batches_total', help: 'Batches that were stored and finished.' }),
    rows: metrics.counter({ name: 'audit_rows_total', help: 'Rows that commits of workers added.' }),
    duplicates: metrics.counter({
      name: 'audit_duplicates_total',
      help: 'Entries whose row was there before; a sudden growth is a replay.',
    }),
    conflicts: metrics.counter({
      name: 'audit_id_conflicts_total',
      help: 'Duplicates whose stored row has another content; the first row was kept.',
    }),
    statements: metrics.counter({
      name: 'audit_store_statements_total',
      help: 'Statements that stored batches or looked for the rows that Postgres refuses.',
    }),
    deadLetters: metrics.counter({
      name: 'audit_dead_letters_total',
      help: 'Entries parked in the list of dead letters, by reason.',
      labels: ['reason'],
    }),
    held: metrics.counter({
      name: 'audit_held_entries_total',
      help: 'Entries of a newer version, kept for a newer worker.',
    }),
    failedAttempts: metrics.counter({
      name: 'audit_failed_attempts_total',
      help: 'Statements that Postgres could not carry out for a reason that is not a row, by kind.',
      labels: ['kind'],
    }),
    batchSeconds: metrics.histogram({
      name: 'audit_batch_duration_seconds',
      help: 'Time of a batch from its claim to its finish.',
      buckets: SECONDS,
    }),
  };
}

function createClaimMetrics(metrics: Metrics) {
  return {
    claimSeconds: metrics.histogram({
      name: 'audit_claim_wait_seconds',
      help: 'Time that Redis took to answer a claim which found entries.',
      buckets: SECONDS,
    }),
    adopted: metrics.counter({
      name: 'audit_batches_adopted_total',
      help: 'Batches taken over from a worker whose lease had ended.',
    }),
    fenced: metrics.counter({
      name: 'audit_batches_fenced_total',
      help: 'Batches that another worker had taken over when this one came to renew or finish them.',
    }),
    released: metrics.counter({
      name: 'audit_batches_released_total',
      help: 'Batches given back unprocessed by a drain.',
    }),
    gone: metrics.counter({
      name: 'audit_batches_gone_total',
      help: 'Batches that were finished already, or lost with the data set of Redis.',
    }),
    redisErrors: metrics.counter({
      name: 'audit_redis_errors_total',
      help: 'Calls to Redis that failed, by error code.',
      labels: ['code'],
    }),
  };
}
