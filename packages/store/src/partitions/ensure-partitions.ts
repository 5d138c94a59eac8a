import type { Pool } from 'pg';

import { loadQuery } from '../load-query.ts';
import {
  type PartitionRange,
  type PartitionWidth,
  choosePartitionWidth,
  planPartitions,
  toPartitionName,
} from './plan-partitions.ts';
import { orNull, readNumber, readString } from '../postgres/read-row.ts';
import { toPartitionRow } from './retention-events.ts';
import { storeInTransaction } from '../storing/store-in-transaction.ts';
import { queryOn, runQuery } from '../postgres/with-client.ts';
import { withDdlRetries } from '../postgres/with-ddl-retries.ts';

export interface EnsurePartitionsOptions {
  /** Default: the clock of this machine. */
  readonly now?: Date;
  /** Days to prepare at least; three widths if that is longer. Default 7. */
  readonly aheadDays?: number;
  /** Default: what the measured rate calls for. */
  readonly width?: PartitionWidth;
  /** How long events are kept: bounds the number of partitions. Default 90. */
  readonly retentionDays?: number;
  /** Whether each partition that is made leaves an event, in the same transaction. Default false: a new database has nothing to tell. */
  readonly isLogged?: boolean;
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

/** One row a batch: small enough that its width need not follow the rate. */
const LEDGER_WIDTH: PartitionWidth = 'week';
const DAY_MS = 86_400_000;

/**
 * Prepares the partitions of events and ledger. Idempotent, and safe when several processes do it at once.
 * Throws a retryable StoreError when a lock could not be had in about 15 s; what was made by then stays.
 */
export async function ensurePartitions(pool: Pool, options: EnsurePartitionsOptions = {}): Promise<EnsuredPartitions> {
  const nowMs = (options.now ?? new Date()).getTime();
  const aheadDays = options.aheadDays ?? 7;
  const width = options.width ?? (await chooseWidth(pool, options.retentionDays ?? 90));
  const isLogged = options.isLogged ?? false;
  const events = await createMissing(pool, 'audit_logs', { nowMs, aheadDays, width, isLogged });
  const ledger = await createMissing(pool, 'audit_batches', { nowMs, aheadDays, width: LEDGER_WIDTH, isLogged });
  const rate = (await runQuery(pool, 'measure_rate')).rows[0];
  return {
    width,
    created: [...events.created, ...ledger.created],
    movedRows: events.movedRows,
    aheadDays: (coveredUntilMs(await listRanges(pool, 'audit_logs'), nowMs) - nowMs) / DAY_MS,
    rowsInDefault: readNumber(rate, 'in_default'),
  };
}

/** A burst in the first hours says nothing about a day, so nothing is known before a whole one. */
async function chooseWidth(pool: Pool, retentionDays: number): Promise<PartitionWidth> {
  const rate = (await runQuery(pool, 'measure_rate')).rows[0];
  const spanDays = readNumber(rate, 'span_days');
  const rowsPerDay =
    spanDays < 1 ? null : Math.max(readNumber(rate, 'rows') / spanDays, readNumber(rate, 'rows_last_day'));
  return choosePartitionWidth({ rowsPerDay, sharedBuffersBytes: readNumber(rate, 'shared_buffers'), retentionDays });
}

interface Preparation {
  readonly nowMs: number;
  readonly aheadDays: number;
  readonly width: PartitionWidth;
  readonly isLogged: boolean;
}

async function createMissing(
  pool: Pool,
  table: string,
  preparation: Preparation,
): Promise<{ readonly created: readonly string[]; readonly movedRows: number }> {
  const missing = planPartitions({ ...preparation, existing: await listRanges(pool, table) });
  const created: string[] = [];
  let movedRows = 0;
  for (const range of missing) {
    const moved = await createPartition(pool, { table, range, isLogged: preparation.isLogged });
    if (moved !== null) {
      created.push(toPartitionName(table, range));
      movedRows += moved;
    }
  }
  return { created, movedRows };
}

/** How many rows were moved out of DEFAULT, or null when another process was faster. */
async function createPartition(
  pool: Pool,
  { table, range, isLogged }: { readonly table: string; readonly range: PartitionRange; readonly isLogged: boolean },
): Promise<number | null> {
  const name = toPartitionName(table, range);
  const from = new Date(range.fromMs).toISOString();
  const to = new Date(range.toMs).toISOString();
  return withDdlRetries(pool, async (client) => {
    const answer = await queryOn(client, loadQuery('create_partition'), [table, name, from, to]);
    const movedRows = orNull(readNumber, answer.rows[0], 'moved');
    const isTold = isLogged && movedRows !== null;
    const events = isTold ? [toPartitionRow(name, { from, to, movedRows })] : [];
    await storeInTransaction(client, events, { writer: 'partitions' });
    return movedRows;
  });
}

async function listRanges(pool: Pool, table: string): Promise<readonly PartitionRange[]> {
  return (await listPartitions(pool, table)).flatMap(({ range }) => (range === null ? [] : [range]));
}

/** A partition; `range` is null for DEFAULT. */
export interface Partition {
  readonly name: string;
  readonly range: PartitionRange | null;
}

/** The partitions of `audit_logs` or `audit_batches`, oldest first, DEFAULT last. */
export async function listPartitions(pool: Pool, table: string): Promise<readonly Partition[]> {
  const answer = await runQuery(pool, 'list_partitions', [table]);
  return answer.rows.map((row) => {
    const fromMs = orNull(readNumber, row, 'from_ms');
    const toMs = orNull(readNumber, row, 'to_ms');
    return { name: readString(row, 'name'), range: fromMs === null || toMs === null ? null : { fromMs, toMs } };
  });
}

/** Where the first gap after now begins. */
export function coveredUntilMs(ranges: readonly PartitionRange[], nowMs: number): number {
  return ranges
    .toSorted((a, b) => a.fromMs - b.fromMs)
    .reduce((until, { fromMs, toMs }) => (fromMs <= until ? Math.max(until, toMs) : until), nowMs);
}
