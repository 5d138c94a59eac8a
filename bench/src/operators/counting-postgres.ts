/**
 * A Postgres of its own that counts: pg_stat_statements for the statements that write, commit timestamps for the moment
 * from which on a row is visible. Both cost a little, so nothing else is measured on it.
 */
import { join } from 'node:path';
import { startPostgres, type ServerHandle } from '@auditlane/embedded';
import { migrate } from '@auditlane/store';
import { emptyTables } from '../servers/empty-tables.ts';
import { connectPostgres, type PostgresClient } from '../servers/postgres-client.ts';

/** The server and a connection to it. */
export interface CountingPostgres extends AsyncDisposable {
  readonly server: ServerHandle;
  readonly client: PostgresClient;
}

/** What was stored since the last reset. */
export interface Stored {
  readonly rows: number;
  /** Transactions that stored them, which is rows of the ledger for them. */
  readonly batches: number;
  /** INSERT and COPY statements that clients sent, those of the ledger included. */
  readonly writes: number;
  /** From the call to the commit, in milliseconds; ids carry whole ones, so up to 1 ms too much. */
  readonly p50: number;
  readonly p99: number;
}

const STORED = `
  select
    count(*)::int as rows,
    count(distinct batch)::int as batches,
    (select coalesce(sum(calls), 0)::int from pg_stat_statements where query ~* '^\\s*(with|insert|copy)') as writes,
    coalesce(percentile_disc(0.5) within group (order by waited), 0)::double precision as p50,
    coalesce(percentile_disc(0.99) within group (order by waited), 0)::double precision as p99
  from (
    select batch, extract(epoch from pg_xact_commit_timestamp(xmin) - uuid_time(id)) * 1000 as waited
    from audit_logs
    where source is distinct from 'auditlane'
  ) as events`;

/** Starts it below `directory`, migrated. */
export async function startCountingPostgres(directory: string): Promise<CountingPostgres> {
  await using opened = new AsyncDisposableStack();
  const settings = { shared_preload_libraries: 'pg_stat_statements', track_commit_timestamp: 'on' };
  const server = opened.use(await startPostgres({ dataDir: join(directory, 'operators-postgres'), settings }));
  await migrate(server.url, {});
  const client = opened.use(await connectPostgres(server.url));
  await client.query('create extension pg_stat_statements');
  const kept = opened.move();
  return { server, client, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** Empties the tables and the counts. */
export async function resetStored(client: PostgresClient): Promise<void> {
  await emptyTables(client);
  await client.query('select pg_stat_statements_reset()');
}

/** Reads the counts. */
export async function readStored(client: PostgresClient): Promise<Stored> {
  const { rows } = await client.query<Stored>(STORED);
  const [stored] = rows;
  if (stored === undefined) throw new Error('the counts of Postgres had no row');
  return stored;
}
