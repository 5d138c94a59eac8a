import { EVENT_FLAGS } from '@auditlane/schema';
import type { Pool } from 'pg';

import { loadQuery } from '../load-query.ts';
import { readBoolean, readDate, readString } from '../postgres/read-row.ts';
import { toRetentionRow } from './retention-events.ts';
import { storeInTransaction } from '../storing/store-in-transaction.ts';
import { queryOn, runQuery } from '../postgres/with-client.ts';
import { withDdlRetries } from '../postgres/with-ddl-retries.ts';
import { withTransaction } from '../postgres/with-transaction.ts';

export interface DropExpiredOptions {
  /** Events older than this are dropped, a whole partition at a time. */
  readonly retentionDays: number;
  /** Default: the earlier of the clocks of this machine and of the database, since a clock that is ahead would drop what must stay. */
  readonly now?: Date;
  /** The clock of this machine, in milliseconds since 1970. Default `Date.now`. */
  readonly clock?: () => number;
  /** Whether each partition that goes, and each part of DEFAULT, leaves an event in the same transaction. Default false. */
  readonly isLogged?: boolean;
}

export interface DroppedPartitions {
  readonly dropped: readonly string[];
  /** Events that lay in DEFAULT. */
  readonly deletedFromDefault: number;
  /** Rows of the ledger's DEFAULT and of the side tables. */
  readonly deletedBeside: number;
}

const DAY_MS = 86_400_000;
/** As in delete_expired_events.sql. */
const EXPIRED_PAGE = 5000;

/**
 * Drops what is older than the retention: partitions of events and ledger that have ended by then, and older rows of DEFAULT and of the
 * side tables. Idempotent, safe when several processes do it at once, and a crash anywhere leaves work for the next run only.
 * Throws a retryable StoreError when a lock could not be had in about 15 s; what was dropped by then stays dropped.
 */
export async function dropExpiredPartitions(pool: Pool, options: DropExpiredOptions): Promise<DroppedPartitions> {
  const nowMs = options.now?.getTime() ?? (await readEarlierClock(pool, options.clock ?? Date.now));
  const until = new Date(nowMs - options.retentionDays * DAY_MS);
  const expiry: Expiry = { until, isLogged: options.isLogged ?? false };
  const dropped = [
    ...(await dropEnded(pool, 'audit_logs', expiry)),
    ...(await dropEnded(pool, 'audit_batches', expiry)),
  ];
  const deletedFromDefault = await deleteEvents(pool, expiry);
  // One that never closed may be silent and alive: it is kept as long again.
  const long = new Date(nowMs - 2 * options.retentionDays * DAY_MS);
  let deletedBeside = await deleteAll(pool, 'delete_expired_producers', [until, long]);
  for (const query of [
    'delete_expired_batches',
    'delete_expired_findings',
    'delete_expired_states',
    'delete_expired_dead_letter_originals',
  ]) {
    deletedBeside += await deleteAll(pool, query, [until]);
  }
  return { dropped, deletedFromDefault, deletedBeside };
}

async function readEarlierClock(pool: Pool, clock: () => number): Promise<number> {
  const answer = await runQuery(pool, 'read_clock', []);
  return Math.min(clock(), readDate(answer.rows[0], 'now').getTime());
}

interface Expiry {
  readonly until: Date;
  readonly isLogged: boolean;
}

async function dropEnded(pool: Pool, table: string, { until, isLogged }: Expiry): Promise<readonly string[]> {
  const expired = await runQuery(pool, 'list_expired', [table, until]);
  const dropped: string[] = [];
  for (const row of expired.rows) {
    const name = readString(row, 'name');
    const wasThere = await withDdlRetries(pool, async (client) => {
      const answer = await queryOn(client, loadQuery('drop_partition'), [table, name]);
      const isDropped = readBoolean(answer.rows[0], 'dropped');
      const event = toRetentionRow({ resource: name, until, before: { table, partition: name } });
      await storeInTransaction(client, isDropped && isLogged ? [event] : [], { writer: 'retention' });
      return isDropped;
    });
    if (wasThere) dropped.push(name);
  }
  return dropped;
}

/** Events in DEFAULT, in short transactions that say how many they deleted. */
async function deleteEvents(pool: Pool, { until, isLogged }: Expiry): Promise<number> {
  let deleted = 0;
  for (;;) {
    const rows = await withTransaction(pool, async (client) => {
      const answer = await queryOn(client, loadQuery('delete_expired_events'), [until, EVENT_FLAGS.timeSuspect]);
      const count = answer.rowCount ?? 0;
      const event = toRetentionRow({ resource: 'audit_logs_default', until, before: { rows: count } });
      await storeInTransaction(client, isLogged && count > 0 ? [event] : [], { writer: 'retention' });
      return count;
    });
    deleted += rows;
    // Until none is left would also find the events of this, where the clock stands in the future.
    if (rows < EXPIRED_PAGE) return deleted;
  }
}

/** In short statements, so that nobody waits behind one long one. */
async function deleteAll(pool: Pool, query: string, values: readonly unknown[]): Promise<number> {
  let deleted = 0;
  for (;;) {
    const { rowCount } = await runQuery(pool, query, values);
    if (rowCount === null || rowCount === 0) return deleted;
    deleted += rowCount;
  }
}
