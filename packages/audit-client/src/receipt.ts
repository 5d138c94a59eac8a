import type { EventIssue } from '@auditlane/schema';

/**
 * Why an event was refused. The set is closed; `stats().rejected` counts by the same words.
 *
 * - `invalid`: the input is not an audit event; `issues` names every fault.
 * - `too_large`: the event does not fit `maxEventBytes` even without its metadata.
 * - `closed`: the client had been closed before the call.
 * - `misconfigured`: an option or environment variable is invalid; `issues` names it. Nothing was sent anywhere.
 * - `buffer_full`: more calls wait for their receipt than `bufferMaxEvents` or `bufferMaxBytes` allow.
 * - `queue_full`: the queue had no room until the deadline of the call.
 * - `redis_away`: Redis did not answer until the deadline of the call.
 * - `dropped`: the overflow policy is `drop`, and the queue was full or Redis away.
 * - `not_stored`: `logAuditTx` alone: Postgres did not take the row into your transaction; `issues` says why. The
 *   transaction is as it was before the call.
 * - `internal`: a defect of this library; the log names it.
 */
export const REJECTION_REASONS = [
  'invalid',
  'too_large',
  'closed',
  'misconfigured',
  'buffer_full',
  'queue_full',
  'redis_away',
  'dropped',
  'not_stored',
  'internal',
] as const;

/** One of {@link REJECTION_REASONS}. */
export type RejectionReason = (typeof REJECTION_REASONS)[number];

/**
 * Where an accepted event is now.
 *
 * - `queued`: Redis has it; what that survives is the persistence of that Redis (`appendfsync always`: a crash of it).
 * - `spooled`: it is on the disk of this machine, synced, and will be queued when Redis takes it.
 * - `stored`: its row is committed in Postgres.
 */
export type AcceptedStatus = 'queued' | 'spooled' | 'stored';

/** The receipt of an event that is kept; `id` is the UUIDv7 under which it is stored. */
export interface AcceptedReceipt {
  readonly id: string;
  readonly status: AcceptedStatus;
  /**
   * With the guarantee `strict`: the event is on the synced disk of this machine and in Redis, and the disk keeps it until
   * Postgres has it. Absent: it is in the one place that `status` names.
   */
  readonly copies?: 2;
}

/** The receipt of an event that is not kept, with the reason. */
export interface RejectedReceipt {
  readonly status: 'rejected';
  readonly reason: RejectionReason;
  /** What was wrong, field by field, for `invalid`, `too_large` and `misconfigured`. */
  readonly issues?: readonly EventIssue[];
}

/**
 * The answer of `logAuditTx`. `in_transaction`: the row is written in your transaction; the commit stores it under `id`,
 * a rollback removes it.
 */
export type TransactionReceipt = { readonly id: string; readonly status: 'in_transaction' } | RejectedReceipt;

/** The answer of `logAudit`: where the event is, or why it is nowhere. */
export type Receipt = AcceptedReceipt | RejectedReceipt;
