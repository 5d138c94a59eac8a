import { decodeEntry, type EventIssue } from '@auditlane/schema';
import { StoreError, storeInTransaction } from '@auditlane/store';
import type { AuditTransaction } from './audit-transaction.ts';

/**
 * Stores an encoded event in the transaction of the caller; see `storeInTransaction`. The row has its producer's name but
 * no number: a rollback takes the row away again, and must not look like an event that was lost.
 */
export async function storeEntryInTransaction(
  transaction: AuditTransaction,
  line: string,
  writer: string,
): Promise<void> {
  const decoded = decodeEntry(line);
  if (decoded.kind !== 'event') {
    throw new TypeError('an entry of this client cannot be decoded');
  }
  await storeInTransaction(transaction, [{ ...decoded.row, producer_seq: null }], { writer });
}

/** What a failed `storeEntryInTransaction` tells the caller; without the cause, which may quote the event. */
export function toStoreIssue(error: unknown): EventIssue {
  return error instanceof StoreError
    ? { path: '', code: error.sqlstate ?? error.code, message: error.message }
    : { path: '', code: 'not_a_connection', message: 'what was given is no connection of pg, or it failed on its own' };
}
