import type { EventIssue } from '@auditlane/schema';

/**
 * Why `logCriticalAudit` failed. The set is closed.
 *
 * - `not_durable`: neither Postgres, nor the queue, nor the spool took the event before the deadline; it is kept nowhere.
 * - `invalid`, `too_large`, `closed`, `misconfigured`, `buffer_full`, `internal`: as in `RejectionReason`.
 */
export type AuditErrorCode =
  | 'not_durable'
  | 'invalid'
  | 'too_large'
  | 'closed'
  | 'misconfigured'
  | 'buffer_full'
  | 'internal';

const MESSAGES: Readonly<Record<AuditErrorCode, string>> = {
  not_durable:
    'The audit event could be kept nowhere: Postgres, the queue and the spool all refused it. Check their health, then retry.',
  invalid: 'The audit event is invalid: see issues.',
  too_large: 'The audit event is larger than maxEventBytes even without its metadata: shorten its texts.',
  closed: 'The audit client is closed: log before close().',
  misconfigured: 'The audit client has an invalid setting: see issues.',
  buffer_full: 'Too many audit events wait for their receipt: await the calls, or raise bufferMaxEvents.',
  internal: 'The audit client failed on its own: see cause.',
};

/** Tells an AuditError whichever copy of this package made it: `import` and `require` load one each. */
const BRAND = Symbol.for('auditlane.audit-client.error');

/** The one error of this package, thrown by `logCriticalAudit` alone; decide on `code`, never on the message. */
export class AuditError extends Error {
  /** True for an AuditError of any copy of this package. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value;
  }

  override readonly name = 'AuditError';
  readonly code: AuditErrorCode;
  /** The id that the event would have had, when one was minted; a retry of the caller gets another. */
  readonly eventId: string | null;
  readonly issues: readonly EventIssue[];

  constructor(code: AuditErrorCode, facts: { eventId?: string; issues?: readonly EventIssue[]; cause?: unknown } = {}) {
    super(MESSAGES[code], facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.eventId = facts.eventId ?? null;
    this.issues = facts.issues ?? [];
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** True when the same call may succeed later without a change: an outage or a full buffer, not a bad event. */
  get isRetryable(): boolean {
    return this.code === 'not_durable' || this.code === 'buffer_full';
  }
}
