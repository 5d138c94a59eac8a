import { buildRow, createTestDatabase, waitFor } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { createStore, raiseGeneration, readGeneration, readLedger } from '../src/index.ts';

/** A batch as another server numbered it, before the dump. */
const FOREIGN_BATCH = `insert into audit_batches (xid, rows, first_id, last_id, writer)
  values (4611686018427387904, 1, uuid_floor(now()), uuid_floor(now()), 'another server')`;

test('a restored dump is noticed, and after raising the generation readers go on with what is stored then', async () => {
  await using database = await createTestDatabase();
  const { pool } = database;
  const store = createStore(pool, { writer: 'test' });
  await store.storeBatch([buildRow()]);
  expect(await readGeneration(pool)).toEqual({ current: 1, newest: 1, isRestoreUnnoticed: false });

  await pool.query(FOREIGN_BATCH);
  expect(await readGeneration(pool)).toEqual({ current: 1, newest: 1, isRestoreUnnoticed: true });

  expect(await raiseGeneration(pool)).toEqual({ current: 2, newest: 1, isRestoreUnnoticed: false });
  const row = buildRow();
  await store.storeBatch([row]);
  expect(await readGeneration(pool)).toEqual({ current: 2, newest: 2, isRestoreUnnoticed: false });
  // A transaction of another test in the same server holds readers back for a moment.
  const batches = await waitFor(async () => {
    const read = await readLedger(pool, { after: null, limit: 10 });
    return read.length === 3 ? read : undefined;
  });
  expect(batches.map(({ generation, writer }) => [generation, writer])).toEqual([
    [1, 'test'],
    [1, 'another server'],
    [2, 'test'],
  ]);
  expect(batches.at(-1)?.firstId).toBe(row.id);
});

test('batches come in the order of their transactions when a number gains a digit', async () => {
  await using database = await createTestDatabase();
  const insert = `insert into audit_batches (xid, rows, first_id, last_id, writer) values ($1::bigint, 1, uuid_floor(now()), uuid_floor(now()), 'test')`;
  for (const xid of ['9', '10', '101', '99', '100']) await database.pool.query(insert, [xid]);
  const batches = await readLedger(database.pool, { after: null, limit: 10 });
  expect(batches.map(({ xid }) => xid)).toEqual(['9', '10', '99', '100', '101']);
});

test('raising twice before anything is stored raises once', async () => {
  await using database = await createTestDatabase();
  const { pool } = database;
  await createStore(pool, { writer: 'test' }).storeBatch([buildRow()]);
  await raiseGeneration(pool);
  expect(await raiseGeneration(pool)).toMatchObject({ current: 2, newest: 1 });
});

test('an empty ledger stays in its first generation', async () => {
  await using database = await createTestDatabase();
  expect(await raiseGeneration(database.pool)).toEqual({ current: 1, newest: 0, isRestoreUnnoticed: false });
});
