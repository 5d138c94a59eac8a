import type { Pool, PoolClient } from 'pg';

import { withClient } from './with-client.ts';

/** Runs `use` in one transaction: committed when it resolves, rolled back when it rejects. Whatever fails comes out as a StoreError. */
export async function withTransaction<T>(pool: Pool, use: (client: PoolClient) => Promise<T>): Promise<T> {
  return withClient(pool, async (client) => {
    await client.query('begin');
    try {
      const result = await use(client);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch(() => {});
      throw error;
    }
  });
}
