import type { Pool, PoolClient } from 'pg';
/**
 * Runs `change` in a transaction that waits at most 200 ms for a lock, again and again with pauses (about 15 s in all), so that an open
 * reader delays the change and not the writers. `change` may run many times; only its last run counts.
 */
export declare function withDdlRetries<T>(pool: Pool, change: (client: PoolClient) => Promise<T>): Promise<T>;
