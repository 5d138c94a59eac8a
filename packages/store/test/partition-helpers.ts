import { uuidAt, type TestDatabase } from '@auditlane/testkit';

import { listPartitions } from '../src/index.ts';

export function idAt(text: string): string {
  return uuidAt(Date.parse(text));
}

export async function namesOf(database: TestDatabase, table: string): Promise<readonly string[]> {
  return (await listPartitions(database.pool, table)).map(({ name }) => name);
}

export async function partitionOf(database: TestDatabase, id: string): Promise<unknown> {
  const answer = await database.pool.query('select tableoid::regclass::text as name from audit_logs where id = $1', [
    id,
  ]);
  return answer.rows[0]?.['name'];
}

/** A reader that holds its locks until it is told to end. */
export async function openReader(database: TestDatabase): Promise<{ end(): Promise<void> }> {
  const client = await database.pool.connect();
  await client.query('begin');
  await client.query('select count(*) from audit_logs');
  return {
    end: async () => {
      await client.query('commit');
      client.release();
    },
  };
}
