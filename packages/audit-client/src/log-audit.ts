import type { AuditEventInput } from '@auditlane/schema';
import { defaultAuditClient } from './default-client.ts';
import type { AcceptedReceipt, Receipt } from './receipt.ts';

/**
 * Logs an audit event through the default client and resolves with a receipt: where the event is, or why it is nowhere.
 *
 * Never throws and never rejects, whatever the argument; the event is copied before the call returns. `queued` is in
 * Redis, `spooled` on this machine's disk, `rejected` nowhere, with a reason. It takes at most `deadlineMs` (5000 ms).
 *
 * @example
 * const receipt = await logAudit({
 *   event_type: 'api_key_created',
 *   event_category: 'info',
 *   user_id: 'u-17',
 *   resource_type: 'api_key',
 *   resource_id: 'k-4',
 *   metadata: { key_name: 'deploy' },
 * });
 * if (receipt.status === 'rejected') console.error('not logged:', receipt.reason);
 */
export function logAudit(event: AuditEventInput): Promise<Receipt> {
  return defaultAuditClient().logAudit(event);
}

/**
 * Logs an event that must not be lost: resolves with `stored` when its row is committed in Postgres.
 *
 * When Postgres is away or slower than `criticalDeadlineMs` (2000 ms) it resolves with `queued` (urgent lane) or
 * `spooled` instead, under the same id. Rejects with an {@link AuditError} when the event is invalid (`invalid`,
 * `too_large`), the client closed or misconfigured, the buffer full, or no place took it (`not_durable`).
 *
 * @example
 * try {
 *   await logCriticalAudit({ event_type: 'permanent_ban_applied', event_category: 'critical', user_id: 'u-17' });
 * } catch (error) {
 *   if (error instanceof AuditError && error.isRetryable) console.error('ban not recorded:', error.code);
 *   throw error;
 * }
 */
export function logCriticalAudit(event: AuditEventInput): Promise<AcceptedReceipt> {
  return defaultAuditClient().logCriticalAudit(event);
}
