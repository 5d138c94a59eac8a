import { expect, test } from 'vitest';

import { createTestDatabase, useDatabase } from '../src/index.ts';

const { pool, name } = await useDatabase();

test('a database is migrated unless asked for empty', async () => {
  const { rows } = await pool.query(`select to_regclass('audit_logs') is not null as migrated`);
  expect(rows).toEqual([{ migrated: true }]);
});

test('what one database is given, another does not have', async () => {
  await using other = await createTestDatabase();
  await pool.query('create table own (id int)');
  const { rows } = await other.pool.query(`select to_regclass('own') as own, current_database() <> $1 as other`, [
    name,
  ]);
  expect(rows).toEqual([{ own: null, other: true }]);
});

test('many databases at once are cloned from a template that nobody uses', async () => {
  const databases = await Promise.all(Array.from({ length: 8 }, async () => createTestDatabase()));
  expect(new Set(databases.map((database) => database.name)).size).toBe(8);
  await Promise.all(databases.map(async (database) => database.drop()));
});
