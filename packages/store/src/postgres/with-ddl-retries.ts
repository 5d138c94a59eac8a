import { setTimeout as sleep } from 'node:timers/promises';

import type { Pool, PoolClient } from 'pg';

import { StoreError } from './store-error.ts';
import { withClient } from './with-client.ts';

/** A waiting DDL statement makes every COPY behind it wait too: it may do so this long at a time. */
const LOCK_TIMEOUT_MS = 200;
const ATTEMPTS = 40;
const PAUSE_MS = 150;
const LOCK_NOT_AVAILABLE = '55P03';
const DEADLOCK = '40P01';

/**
 * Runs `change` in a transaction that waits at most 200 ms for a lock, again and again with pauses (about 15 s in all), so that an open
 * reader delays the change and not the writers. `change` may run many times; only its last run counts.
 */
export async function withDdlRetries<T>(
  pool: Pool,
  change: (client: PoolClient) => Promise<T>,
  attempts: number = ATTEMPTS,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inTransaction(pool, change);
    } catch (error) {
      const isLocked =
        error instanceof StoreError && (error.sqlstate === LOCK_NOT_AVAILABLE || error.sqlstate === DEADLOCK);
      if (!isLocked || attempt === attempts) throw error;
    }
    // Apart from other processes that wait for the same lock.
    await sleep(PAUSE_MS * (0.5 + Math.random()));
  }
}

async function inTransaction<T>(pool: Pool, change: (client: PoolClient) => Promise<T>): Promise<T> {
  return withClient(pool, async (client) => {
    await client.query('begin');
    try {
      await client.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
      // Moving rows out of DEFAULT may take longer than the pool's limit for statements.
      await client.query('set local statement_timeout = 0');
      const result = await change(client);
      await client.query('commit');
      return result;
    } catch (error) {
      // A dead connection cannot roll back and need not; the first error is the one to tell.
      await client.query('rollback').catch(() => {});
      throw error;
    }
  });
}
