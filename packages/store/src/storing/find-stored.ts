import type { Pool } from 'pg';

import { readString } from '../postgres/read-row.ts';
import { runQuery } from '../postgres/with-client.ts';

/**
 * Which of these ids Postgres has: as a row of the log, or as a dead letter that was moved there from Redis. At most 1000
 * ids a call, UUIDs in lower case. The role audit_writer may ask. Rejects with a StoreError.
 */
export async function findStored(pool: Pool, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const { rows } = await runQuery(pool, 'find_stored', [ids, ids]);
  return new Set(rows.map((row) => readString(row, 'id')));
}
