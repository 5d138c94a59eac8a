import type { PostgresClient } from './postgres-client.ts';

/** Empties the tables and lets Postgres write out what it holds, so that no run pays for the one before. */
export async function emptyTables(database: PostgresClient): Promise<void> {
  await database.query('truncate audit_logs, audit_batches');
  await database.query('checkpoint');
}
