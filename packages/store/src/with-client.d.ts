import type { Pool, PoolClient, QueryResult } from 'pg';
import { type Query } from './load-query.ts';
/**
 * Lends a connection to `use`. Whatever goes wrong comes out as a StoreError.
 * After an outage the connection is closed, not returned: it may be half open, in a failed state, or at a server that is no longer
 * primary, and the next borrower would fail with it. After an error that the server answered in order it is kept.
 */
export declare function withClient<T>(pool: Pool, use: (client: PoolClient) => Promise<T>): Promise<T>;
/** Runs one statement of sql/queries on a connection of its own. Use this and not pool.query, which closes the connection on any error. */
export declare function runQuery(pool: Pool, name: string, values?: readonly unknown[]): Promise<QueryResult<Record<string, unknown>>>;
/** Runs one statement on a connection that the caller holds. */
export declare function queryOn(client: PoolClient, query: Query, values?: readonly unknown[]): Promise<QueryResult<Record<string, unknown>>>;
