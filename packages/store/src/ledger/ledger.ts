import type { Pool } from 'pg';

import { type ResultRow, orNull, readDate, readNumber, readString } from '../postgres/read-row.ts';
import { runQuery } from '../postgres/with-client.ts';

/**
 * A place in the ledger. The order is (generation, xid, seq), never seq alone: numbers are drawn in another order than transactions
 * commit. xid and seq are text because they pass 2^53.
 */
export interface LedgerCursor {
  readonly generation: number;
  readonly xid: string;
  readonly seq: string;
}

/** One transaction that stored events. `audit_logs.batch = xid` finds its rows. */
export interface LedgerBatch extends LedgerCursor {
  readonly rows: number;
  readonly firstId: string;
  readonly lastId: string;
  readonly writer: string;
  readonly storedAt: Date;
}

export interface ReadLedgerOptions {
  /** The last batch that was read; null reads from the beginning. */
  readonly after: LedgerCursor | null;
  /** Batches at most. */
  readonly limit: number;
}

const BEGINNING: LedgerCursor = { generation: 0, xid: '0', seq: '0' };

/**
 * The next batches after a cursor, oldest first. Stops before the oldest transaction that is still open anywhere in the cluster, so a
 * reader that keeps its cursor skips nothing and reads nothing twice.
 */
export async function readLedger(pool: Pool, { after, limit }: ReadLedgerOptions): Promise<readonly LedgerBatch[]> {
  const { generation, xid, seq } = after ?? BEGINNING;
  const answer = await runQuery(pool, 'read_ledger', [generation, xid, seq, limit]);
  return answer.rows.map(toLedgerBatch);
}

/** A row of read_ledger.sql. */
export function toLedgerBatch(row: ResultRow): LedgerBatch {
  return {
    generation: readNumber(row, 'generation'),
    xid: readString(row, 'xid'),
    seq: readString(row, 'seq'),
    rows: readNumber(row, 'rows'),
    firstId: readString(row, 'first_id'),
    lastId: readString(row, 'last_id'),
    writer: readString(row, 'writer'),
    storedAt: readDate(row, 'stored_at'),
  };
}

/** Rows and batches that the whole fleet stored in the last `seconds`. */
export async function readThroughput(
  pool: Pool,
  seconds: number,
): Promise<{ readonly rows: number; readonly batches: number }> {
  const row = (await runQuery(pool, 'read_throughput', [seconds])).rows[0];
  return { rows: readNumber(row, 'rows'), batches: readNumber(row, 'batches') };
}

/** A transaction that readers of the ledger wait for. */
export interface LedgerBlocker {
  /** 0 for a prepared transaction: `rollback prepared` ends it, nothing else does. */
  readonly pid: number;
  readonly application: string;
  readonly state: string;
  readonly openSeconds: number;
}

export interface LedgerLag {
  /** Committed batches that cannot be read yet. A few are normal while writers write. */
  readonly waitingBatches: number;
  /** Age of the oldest of them; 0 when there is none. */
  readonly lagSeconds: number;
  /** The oldest open transaction that writes, in any database of the cluster; null when there is none or our role may not see it. */
  readonly blocker: LedgerBlocker | null;
}

/** How far the ledger's readers are held back, and by whom. */
export async function readLedgerLag(pool: Pool): Promise<LedgerLag> {
  const row = (await runQuery(pool, 'read_ledger_lag')).rows[0];
  return {
    waitingBatches: readNumber(row, 'waiting'),
    lagSeconds: readNumber(row, 'lag_seconds'),
    blocker: readBlocker(row),
  };
}

function readBlocker(row: ResultRow | undefined): LedgerBlocker | null {
  const pid = orNull(readNumber, row, 'pid');
  if (pid === null) return null;
  const openSeconds = orNull(readNumber, row, 'open_seconds') ?? 0;
  return { pid, application: readString(row, 'application'), state: readString(row, 'state'), openSeconds };
}
