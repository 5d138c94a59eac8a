/** How much time one partition holds. */
export type PartitionWidth = 'month' | 'week' | 'day' | 'hour';

/** Half-open, in milliseconds since 1970, UTC. */
export interface PartitionRange {
  readonly fromMs: number;
  readonly toMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Monday 1970-01-05. */
const FIRST_MONDAY_MS = 4 * DAY_MS;
const DAYS_OF: Readonly<Record<PartitionWidth, number>> = { month: 31, week: 7, day: 1, hour: 1 / 24 };
const WIDEST_FIRST = ['month', 'week', 'day', 'hour'] as const satisfies readonly PartitionWidth[];
const WIDTHS_AHEAD = 3;

/** Primary key 32, user 78, event type 87 bytes a row, measured with 400,000 rows: docs/adr/0006-indexes-of-audit-logs.md. */
const INDEX_BYTES_PER_ROW = 200;

/**
 * A query without a range of ids locks every partition with its indexes, and the server's lock table has room for about
 * 64 x max_connections: hours over three months would fill it.
 */
const MAX_PARTITIONS = 1000;

export interface WidthFacts {
  /** Events stored a day, as the ledger measured; null while nothing is known. */
  readonly rowsPerDay: number | null;
  readonly sharedBuffersBytes: number;
  readonly retentionDays: number;
}

/** The widest partition whose b-trees fit in half of shared_buffers: an index that outgrows memory costs a quarter of the write rate. */
export function choosePartitionWidth({ rowsPerDay, sharedBuffersBytes, retentionDays }: WidthFacts): PartitionWidth {
  if (rowsPerDay === null) return 'day';
  const fits = (width: PartitionWidth): boolean =>
    rowsPerDay * DAYS_OF[width] * INDEX_BYTES_PER_ROW <= sharedBuffersBytes / 2;
  const width = WIDEST_FIRST.find(fits) ?? 'hour';
  return width === 'hour' && retentionDays / DAYS_OF.hour > MAX_PARTITIONS ? 'day' : width;
}

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
export function planPartitions({ nowMs, width, existing, aheadDays }: PlanFacts): readonly PartitionRange[] {
  const sorted = existing.toSorted((a, b) => a.fromMs - b.fromMs);
  const endMs = Math.max(nowMs + aheadDays * DAY_MS, addWidths(nowMs, width, WIDTHS_AHEAD));
  const missing: PartitionRange[] = [];
  let atMs = nowMs - DAY_MS;
  while (atMs <= endMs) {
    const probeMs = atMs;
    const covering = sorted.find((range) => range.fromMs <= probeMs && probeMs < range.toMs);
    if (covering !== undefined) {
      atMs = covering.toMs;
      continue;
    }
    const beforeMs = sorted.findLast((range) => range.toMs <= probeMs)?.toMs ?? -Infinity;
    const afterMs = sorted.find((range) => range.fromMs > probeMs)?.fromMs ?? Infinity;
    const startMs = floorTo(probeMs, width);
    const range = { fromMs: Math.max(startMs, beforeMs), toMs: Math.min(addWidths(startMs, width, 1), afterMs) };
    missing.push(range);
    atMs = range.toMs;
  }
  return missing;
}

/** Such as audit_logs_20261121_20261122, with hours where a bound is not midnight: audit_logs_2026112105_2026112106. */
export function toPartitionName(table: string, { fromMs, toMs }: PartitionRange): string {
  const hasHours = fromMs % DAY_MS !== 0 || toMs % DAY_MS !== 0;
  return [table, toDigits(fromMs, hasHours), toDigits(toMs, hasHours)].join('_');
}

function toDigits(ms: number, hasHours: boolean): string {
  return new Date(ms)
    .toISOString()
    .replaceAll(/\D/g, '')
    .slice(0, hasHours ? 10 : 8);
}

function floorTo(ms: number, width: PartitionWidth): number {
  switch (width) {
    case 'hour':
      return Math.floor(ms / HOUR_MS) * HOUR_MS;
    case 'day':
      return Math.floor(ms / DAY_MS) * DAY_MS;
    case 'week':
      return Math.floor((ms - FIRST_MONDAY_MS) / (7 * DAY_MS)) * 7 * DAY_MS + FIRST_MONDAY_MS;
    case 'month':
      return startOfMonth(ms, 0);
  }
}

function addWidths(ms: number, width: PartitionWidth, count: number): number {
  if (width === 'month') return startOfMonth(ms, count) + (ms - startOfMonth(ms, 0));
  return ms + count * DAYS_OF[width] * DAY_MS;
}

function startOfMonth(ms: number, monthsAfter: number): number {
  const date = new Date(ms);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + monthsAfter, 1);
}
