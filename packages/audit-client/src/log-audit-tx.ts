import type { AuditEventInput } from '@auditlane/schema';
import { defaultAuditClient } from './default-client.ts';
import type { AuditTransaction } from './transactions/audit-transaction.ts';
import type { TransactionReceipt } from './receipt.ts';

/**
 * Stores an audit event in your own Postgres transaction: it is in the log exactly when your change is in the database.
 *
 * `transaction` is the connection on which you have begun it: a `Client` or `PoolClient` of pg. The receipt says
 * `in_transaction`: the commit stores the event, a rollback removes it. Never throws and never rejects; after
 * `rejected` (an invalid event, no transaction, no rights) your transaction is as it was, and whether it may commit
 * without its audit event is yours to decide. The role of the connection needs to be a member of `audit_writer`.
 *
 * @example
 * import { logAuditTx } from '@auditlane/audit-client';
 * import { Pool } from 'pg';
 *
 * const client = await new Pool().connect();
 * try {
 *   await client.query('begin');
 *   await client.query('update accounts set role = $1 where id = $2', ['admin', 'u-17']);
 *   const receipt = await logAuditTx(client, { event_type: 'role.granted', event_category: 'warning', user_id: 'u-17' });
 *   await client.query(receipt.status === 'rejected' ? 'rollback' : 'commit');
 * } finally {
 *   client.release();
 * }
 */
export function logAuditTx(transaction: AuditTransaction, event: AuditEventInput): Promise<TransactionReceipt> {
  return defaultAuditClient().logAuditTx(transaction, event);
}
