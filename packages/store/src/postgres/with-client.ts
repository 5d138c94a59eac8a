import type { Pool, PoolClient, QueryResult } from 'pg';

import { type Query, loadQuery } from '../load-query.ts';
import { toStoreError } from './classify-postgres-error.ts';
import type { StoreError } from './store-error.ts';

/**
 * Lends a connection to `use`. Whatever goes wrong comes out as a StoreError.
 * After an outage the connection is closed, not returned: it may be half open, in a failed state, or at a server that is no longer
 * primary, and the next borrower would fail with it. After an error that the server answered in order it is kept.
 */
export async function withClient<T>(pool: Pool, use: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await connect(pool);
  try {
    const result = await use(client);
    client.release();
    return result;
  } catch (error) {
    const failure = toStoreError(error);
    client.release(isUsableAfter(failure) ? undefined : failure);
    throw failure;
  }
}

/** Runs one statement of sql/queries on a connection of its own. Use this and not pool.query, which closes the connection on any error. */
export async function runQuery(
  pool: Pool,
  name: string,
  values: readonly unknown[] = [],
): Promise<QueryResult<Record<string, unknown>>> {
  return withClient(pool, async (client) => queryOn(client, loadQuery(name), values));
}

/** Runs one statement on a connection that the caller holds. */
export async function queryOn(
  client: PoolClient,
  query: Query,
  values: readonly unknown[] = [],
): Promise<QueryResult<Record<string, unknown>>> {
  return client.query<Record<string, unknown>>({ ...query, values: [...values] });
}

/** A lock that was not to be had (55) and a transaction that lost against another (40) leave the connection as it was. */
function isUsableAfter({ code, sqlstate }: StoreError): boolean {
  return code !== 'outage' || sqlstate?.startsWith('55') === true || sqlstate?.startsWith('40') === true;
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw toStoreError(error);
  }
}
