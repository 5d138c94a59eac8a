import { randomBytes } from 'node:crypto';
import type { EventIssue } from '@auditlane/schema';
import type { AuditClient, AuditClientStats } from './audit-client.ts';
import { AuditError } from './audit-error.ts';
import type { AcceptedReceipt, Receipt, RejectedReceipt, TransactionReceipt } from './receipt.ts';
import { createReceiptCounts, toRejection } from './receipts.ts';
import type { Warnings } from './warnings.ts';

/** Where such a client answers a call without being given its event; the same in every copy of this package. */
const REFUSE = Symbol.for('auditlane.audit-client.misconfigured.v1');

/**
 * Stands in for a client whose settings are invalid: answers every call, sends nothing, logs why. The caller's process
 * must not end over a setting of its audit log, and must not be left in the belief that events are kept.
 */
export function createMisconfiguredClient(issues: readonly EventIssue[], warnings: Warnings): AuditClient {
  const counts = createReceiptCounts();
  const producerId = randomBytes(10).toString('hex');
  const refuse = (): RejectedReceipt => {
    counts.rejected.misconfigured += 1;
    warnings.warn('audit client is misconfigured, nothing is logged', { issues });
    return toRejection('misconfigured', issues);
  };
  warnings.warn('audit client is misconfigured, nothing is logged', { issues });
  const client: AuditClient = {
    logAudit: (): Promise<Receipt> => Promise.resolve(refuse()),
    logCriticalAudit(): Promise<AcceptedReceipt> {
      refuse();
      return Promise.reject(new AuditError('misconfigured', { issues }));
    },
    logAuditTx: (): Promise<TransactionReceipt> => Promise.resolve(refuse()),
    flush: () => Promise.resolve(),
    close: () => Promise.resolve(),
    stats: (): AuditClientStats => ({
      producerId,
      pending: { events: 0, bytes: 0 },
      ...counts.accepted,
      rejected: { ...counts.rejected },
      redis: 'closed',
      spool: { bytes: 0, replayed: 0, confirmed: 0, corrupt: 0, faults: 0, adopted: 0 },
      ring: { events: 0, bytes: 0, due: 0, replayed: 0, losses: 0 },
    }),
  };
  return Object.assign(client, { [REFUSE]: refuse });
}

/** What a misconfigured client answers to every call, counted as one; null for any other client. */
export function findMisconfiguration(client: AuditClient): RejectedReceipt | null {
  const refuse: unknown = Reflect.get(client, REFUSE);
  return isRefuse(refuse) ? refuse() : null;
}

function isRefuse(value: unknown): value is () => RejectedReceipt {
  return typeof value === 'function';
}
