import { buildRow, useDatabase } from '@auditlane/testkit';
import type { PoolClient } from 'pg';
import { expect, test } from 'vitest';
import { createStore } from '../src/storing/create-store.ts';
import { storeInTransaction } from '../src/storing/store-in-transaction.ts';

const database = await useDatabase();
const WRITER = { writer: 'test' };

async function idsOf(ids: readonly string[]): Promise<readonly string[]> {
  const { rows } = await database.pool.query('select id from audit_logs where id = any($1)', [ids]);
  return rows.map((row) => row.id);
}

async function withTransaction(use: (client: PoolClient) => Promise<void>): Promise<void> {
  const client = await database.pool.connect();
  try {
    await client.query('begin');
    await use(client);
  } finally {
    await client.query('rollback');
    client.release();
  }
}

test('a commit stores the rows with one ledger row, a rollback leaves neither', async () => {
  const [kept, gone] = [buildRow(), buildRow()];
  await withTransaction(async (client) => {
    await storeInTransaction(client, [kept], WRITER);
    expect(await idsOf([kept.id])).toEqual([]);
    await client.query('commit');
    await client.query('begin');
    await storeInTransaction(client, [gone], WRITER);
  });
  expect(await idsOf([kept.id, gone.id])).toEqual([kept.id]);
  const ledger = await database.pool.query('select rows, writer from audit_batches where first_id = any($1)', [
    [kept.id, gone.id],
  ]);
  expect(ledger.rows).toEqual([{ rows: 1, writer: 'test' }]);
});

test('a row that Postgres refuses leaves the transaction usable, with all that was done in it before', async () => {
  const [good, bad] = [buildRow(), { ...buildRow(), ip_address: 'not an address' }];
  await withTransaction(async (client) => {
    await storeInTransaction(client, [good], WRITER);
    await expect(storeInTransaction(client, [bad], WRITER)).rejects.toMatchObject({
      code: 'poison',
      sqlstate: '22P02',
    });
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await client.query('commit');
  });
  expect(await idsOf([good.id, bad.id])).toEqual([good.id]);
});

test('what the caller sends at the same time is not undone with a refused row', async () => {
  const bad = { ...buildRow(), ip_address: 'not an address' };
  await database.pool.query('create table if not exists things (name text)');
  await withTransaction(async (client) => {
    const [stored, own] = await Promise.allSettled([
      storeInTransaction(client, [bad], WRITER),
      client.query(`insert into things values ('mine')`),
    ]);
    expect(stored.status).toBe('rejected');
    // Sent into a transaction that has failed: refused aloud, or done. Never done and silently taken back.
    await client.query('commit');
    const { rows } = await database.pool.query('select name from things');
    expect(rows.length).toBe(own.status === 'fulfilled' ? 1 : 0);
  });
});

test('without a transaction nothing is stored, and the error says what to do', async () => {
  const row = buildRow();
  const client = await database.pool.connect();
  try {
    await expect(storeInTransaction(client, [row], WRITER)).rejects.toMatchObject({
      code: 'config',
      sqlstate: '25P01',
    });
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  } finally {
    client.release();
  }
  expect(await idsOf([row.id])).toEqual([]);
});

test('text with quotes, backslashes, dollar signs and statements in it arrives as it was', async () => {
  const description = `it's "quoted" \\ $1 $2 $$; drop table audit_logs; -- \\'`;
  const row = { ...buildRow(), description, metadata: JSON.stringify({ description }) };
  await withTransaction(async (client) => {
    await storeInTransaction(client, [row], { writer: `o'writer \\ $1 \n ; drop table audit_logs; --` });
    await client.query('commit');
  });
  const { rows } = await database.pool.query('select description, metadata from audit_logs where id = $1', [row.id]);
  expect(rows).toEqual([{ description, metadata: { description } }]);
});

test('a row that is stored already, by whatever way, is stored once', async () => {
  const row = buildRow();
  await createStore(database.pool, WRITER).storeBatch([row]);
  await withTransaction(async (client) => {
    await storeInTransaction(client, [row], WRITER);
    await client.query('commit');
  });
  expect(await idsOf([row.id])).toHaveLength(1);
});

test('a role that may append and nothing else can do it; one without the right is told, and its transaction goes on', async () => {
  const row = buildRow();
  await withTransaction(async (client) => {
    await client.query('set local role audit_writer');
    await storeInTransaction(client, [row], WRITER);
    await client.query('set local role audit_reader');
    await expect(storeInTransaction(client, [buildRow()], WRITER)).rejects.toMatchObject({ code: 'deploy' });
    await client.query('commit');
  });
  expect(await idsOf([row.id])).toEqual([row.id]);
});
