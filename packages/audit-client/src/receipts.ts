import type { EventIssue } from '@auditlane/schema';
import type { AuditErrorCode } from './audit-error.ts';
import type { CallOutcome } from './calls/call.ts';
import type { AcceptedStatus, Receipt, RejectedReceipt, RejectionReason } from './receipt.ts';

/** Refused for what the caller did, not given up: operators are not told that events are being lost. */
export const FAULTS_OF_THE_CALLER: ReadonlySet<string> = new Set<RejectionReason>([
  'invalid',
  'too_large',
  'closed',
  'misconfigured',
  'not_stored',
]);

/** Counts of receipts, by status and by reason. */
export interface ReceiptCounts {
  readonly accepted: Record<AcceptedStatus, number>;
  readonly rejected: Record<RejectionReason, number>;
}

/** Counts from zero. */
export function createReceiptCounts(): ReceiptCounts {
  return {
    accepted: { queued: 0, spooled: 0, stored: 0 },
    rejected: {
      invalid: 0,
      too_large: 0,
      closed: 0,
      misconfigured: 0,
      buffer_full: 0,
      queue_full: 0,
      redis_away: 0,
      dropped: 0,
      not_stored: 0,
      internal: 0,
    },
  };
}

const LASTING: ReadonlySet<string> = new Set<RejectionReason>(['closed', 'misconfigured']);

/** Whether a client that gives this reason gives it for every event and every attempt from now on. */
export function isLasting(reason: RejectionReason): boolean {
  return LASTING.has(reason);
}

/** Reads what a client answered, which may be one of the user's: what is no receipt is a rejection. */
export function readReceipt(answer: unknown): Receipt {
  return isReceipt(answer) ? answer : toRejection('internal');
}

function isReceipt(answer: unknown): answer is Receipt {
  return typeof answer === 'object' && answer !== null && typeof Reflect.get(answer, 'status') === 'string';
}

/** The receipt of a rejection. */
export function toRejection(reason: RejectionReason, issues?: readonly EventIssue[]): RejectedReceipt {
  return issues === undefined || issues.length === 0
    ? { status: 'rejected', reason }
    : { status: 'rejected', reason, issues };
}

/** Whether a call ended well. */
export function isAccepted(outcome: CallOutcome): outcome is AcceptedStatus {
  return outcome === 'queued' || outcome === 'spooled' || outcome === 'stored';
}

/** The code with which a critical call fails. */
export function toErrorCode(reason: RejectionReason): AuditErrorCode {
  switch (reason) {
    case 'queue_full':
    case 'redis_away':
    case 'dropped':
    case 'not_stored':
      return 'not_durable';
    case 'invalid':
    case 'too_large':
    case 'closed':
    case 'misconfigured':
    case 'buffer_full':
    case 'internal':
      return reason;
  }
}
