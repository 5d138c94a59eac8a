import type { AuditEventInput } from '@auditlane/schema';
import type { AuditClient, AuditClientOptions } from './audit-client.ts';
import { createClient } from './create-client.ts';
export { toDefaultSpoolDir } from './spool/spool-folder.ts';
export { listSpools, type SpoolFolder } from './spool-tools/list-spools.ts';
export { replaySpool, type ReplayedSpool, type ReplaySpoolOptions } from './spool-tools/replay-spool.ts';
import type { AcceptedReceipt, Receipt, TransactionReceipt } from './receipt.ts';
import type { AuditTransaction } from './transactions/audit-transaction.ts';

/** An event with the id it was born with. */
export type IdentifiedEvent = Omit<AuditEventInput, 'id'> & { readonly id?: string | undefined };

/** Options of an importing client. */
export interface ImportClientOptions extends AuditClientOptions {
  /** Whether an event's own `id`, a UUIDv7, is taken instead of a new one. Default false. */
  readonly acceptIds?: boolean | undefined;
}

/** A client that may be given ids. */
export interface ImportClient extends Omit<AuditClient, 'logAudit' | 'logCriticalAudit' | 'logAuditTx'> {
  logAudit(event: IdentifiedEvent): Promise<Receipt>;
  logCriticalAudit(event: IdentifiedEvent): Promise<AcceptedReceipt>;
  logAuditTx(transaction: AuditTransaction, event: IdentifiedEvent): Promise<TransactionReceipt>;
}

/**
 * Creates a client for ingest and importers, which derive ids so that the same event sent twice makes one row.
 *
 * As `createAuditClient`; with `acceptIds`, an `id` that is no UUIDv7 is answered `invalid`. The id is trusted: whoever
 * may choose ids freely can occupy one before its event comes, so derive them with a key that callers do not know.
 */
export function createAuditClient(options: ImportClientOptions = {}): ImportClient {
  const { acceptIds = false, ...rest } = options;
  return createClient(rest, acceptIds);
}
