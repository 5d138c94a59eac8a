import type { EventRow } from '@auditlane/schema';
import { type Pool } from 'pg';
/** What became of a batch. `inserted + duplicates` is the number of rows given. */
export interface StoreResult {
    readonly kind: 'stored';
    readonly inserted: number;
    readonly duplicates: number;
    /** Ids whose stored content differs from what was given now. The first row won and stays. */
    readonly conflicting: readonly string[];
    readonly path: 'copy' | 'idempotent';
}
export interface StoreBatchOptions {
    /** The batch was delivered before, wholly or in part: saves the COPY that would fail. Default false. */
    readonly idempotent?: boolean;
}
/** The one way into audit_logs. */
export interface Store {
    /**
     * Stores a batch and its ledger row in one transaction; resolves after the commit. Rows need no order.
     * Rejects with a StoreError: all rows are in, or none is; on `outage` that is unknown, and the same call again is safe.
     */
    storeBatch(rows: readonly EventRow[], options?: StoreBatchOptions): Promise<StoreResult>;
}
/**
 * Below this the idempotent statement is as fast as COPY (one round trip against two, no second statement to plan), and it cannot fail
 * on a duplicate. Measured: docs/adr/0011-small-batches-are-idempotent.md.
 */
export declare const SMALL_BATCH_ROWS = 50;
export interface StoreOptions {
    /** Who stores, as the ledger shows it, such as host and pid. */
    readonly writer: string;
}
/** Makes the writer of batches. Does no I/O but reading its statements. */
export declare function createStore(pool: Pool, { writer }: StoreOptions): Store;
