/** How much time one partition holds. */
export type PartitionWidth = 'month' | 'week' | 'day' | 'hour';
/** Half-open, in milliseconds since 1970, UTC. */
export interface PartitionRange {
    readonly fromMs: number;
    readonly toMs: number;
}
/** Primary key 32, user 78, event type 87 bytes a row, measured with 400,000 rows: docs/adr/0010-indexes-of-audit-logs.md. */
export declare const INDEX_BYTES_PER_ROW = 200;
export interface WidthFacts {
    /** Events stored a day, as the ledger measured; null while nothing is known. */
    readonly rowsPerDay: number | null;
    readonly sharedBuffersBytes: number;
    readonly retentionDays: number;
}
/** The widest partition whose b-trees fit in half of shared_buffers: an index that outgrows memory costs a quarter of the write rate. */
export declare function choosePartitionWidth({ rowsPerDay, sharedBuffersBytes, retentionDays }: WidthFacts): PartitionWidth;
export interface PlanFacts {
    readonly nowMs: number;
    readonly width: PartitionWidth;
    /** What is there, in any order. */
    readonly existing: readonly PartitionRange[];
    /** Days to prepare at least. */
    readonly aheadDays: number;
}
/**
 * The partitions that are missing from a day before now (late events) to `aheadDays` or three widths after it, whichever is longer.
 * They end on boundaries of their width and fill what lies between partitions of another width.
 */
export declare function planPartitions({ nowMs, width, existing, aheadDays }: PlanFacts): readonly PartitionRange[];
/** Such as audit_logs_20261121_20261122, with hours where a bound is not midnight: audit_logs_2026112105_2026112106. */
export declare function toPartitionName(table: string, { fromMs, toMs }: PartitionRange): string;
