import { expect, test } from 'vitest';

import { useDatabase, useRedis } from '../src/index.ts';

const { redis } = await useRedis();
const { pool, name } = await useDatabase({ template: 'empty' });

test('a key of one test is written to a private server', async () => {
  await redis.set('seen', 'yes');
  expect(await redis.dbsize()).toBe(1);
});

test('a key of one test is gone in the next', async () => {
  expect(await redis.dbsize()).toBe(0);
});

test('a file has a database of its own', async () => {
  const { rows } = await pool.query('select current_database() as name');
  expect(rows).toEqual([{ name }]);
});
