import type { Pool } from 'pg';

import { loadQuery } from '../load-query.ts';
import { readBoolean, readNumber } from '../postgres/read-row.ts';
import { queryOn, runQuery } from '../postgres/with-client.ts';
import { withDdlRetries } from '../postgres/with-ddl-retries.ts';

export interface LedgerGeneration {
  /** What the next batch gets. */
  readonly current: number;
  /** What the newest batch has; 0 while there is none. */
  readonly newest: number;
  /**
   * The newest batches are numbered ahead of this server's transactions and no new generation was begun: the database
   * was restored from a dump, and readers of the ledger wait for numbers that come much later.
   */
  readonly isRestoreUnnoticed: boolean;
}

/** Where the ledger stands. Throws a StoreError. */
export async function readGeneration(pool: Pool): Promise<LedgerGeneration> {
  const row = (await runQuery(pool, 'read_generation')).rows[0];
  const current = readNumber(row, 'current');
  const newest = readNumber(row, 'newest');
  return { current, newest, isRestoreUnnoticed: readBoolean(row, 'is_ahead') && current === newest };
}

/**
 * Begins the next generation of the ledger, after a dump and restore. The next batch that is stored carries it; until
 * then calling this again changes nothing. Writers wait for some milliseconds. Needs the owner of the tables.
 */
export async function raiseGeneration(pool: Pool): Promise<LedgerGeneration> {
  await withDdlRetries(pool, async (client) => queryOn(client, loadQuery('raise_generation')));
  return readGeneration(pool);
}
