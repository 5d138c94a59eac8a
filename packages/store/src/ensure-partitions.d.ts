import type { Pool } from 'pg';
import { type PartitionRange, type PartitionWidth } from './plan-partitions.ts';
export interface EnsurePartitionsOptions {
    /** Default: the clock of this machine. */
    readonly now?: Date;
    /** Days to prepare at least; three widths if that is longer. Default 7. */
    readonly aheadDays?: number;
    /** Default: what the measured rate calls for. */
    readonly width?: PartitionWidth;
    /** How long events are kept: bounds the number of partitions. Default 90. */
    readonly retentionDays?: number;
}
export interface EnsuredPartitions {
    readonly width: PartitionWidth;
    readonly created: readonly string[];
    /** Rows that lay in DEFAULT and are where they belong now. */
    readonly movedRows: number;
    /** Days from now that audit_logs is prepared for without a gap. */
    readonly aheadDays: number;
    /** Rows still in DEFAULT: ids far in the past or the future. Counted up to 10001. */
    readonly rowsInDefault: number;
}
/**
 * Prepares the partitions of events and ledger. Idempotent, and safe when several processes do it at once.
 * Throws a retryable StoreError when a lock could not be had in about 15 s; what was made by then stays.
 */
export declare function ensurePartitions(pool: Pool, options?: EnsurePartitionsOptions): Promise<EnsuredPartitions>;
/** A partition; `range` is null for DEFAULT. */
export interface Partition {
    readonly name: string;
    readonly range: PartitionRange | null;
}
/** The partitions of `audit_logs` or `audit_batches`, oldest first, DEFAULT last. */
export declare function listPartitions(pool: Pool, table: string): Promise<readonly Partition[]>;
