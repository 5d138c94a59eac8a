import type { PostgresClient } from './postgres-client.ts';

/** Position of the write-ahead log in bytes. */
export async function walPosition(database: PostgresClient): Promise<number> {
  const { rows } = await database.query<{ bytes: string }>(
    `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') as bytes`,
  );
  return Number(rows[0]?.bytes ?? Number.NaN);
}
