import { randomBytes } from 'node:crypto';
import { buildEvent, HOSTILE_INPUTS, useDatabase } from '@auditlane/testkit';
import pg from 'pg';
import { expect, test } from 'vitest';
import { createTestClient } from './support/test-client.ts';

const database = await useDatabase();
const NO_REDIS = 'redis://127.0.0.1:1';

/** A role of an application that may do what audit_writer may, and own its tables. */
async function asApplication<T>(use: (connection: pg.Client) => Promise<T>, grant = 'audit_writer'): Promise<T> {
  const role = `app_${randomBytes(4).toString('hex')}`;
  await database.pool.query(`create role ${role} login password 'secret'; grant ${grant} to ${role}`);
  const url = new URL(database.url);
  url.username = role;
  url.password = 'secret';
  const connection = new pg.Client({ connectionString: url.href });
  await connection.connect();
  try {
    return await use(connection);
  } finally {
    await connection.end();
    await database.pool.query(`drop role ${role}`);
  }
}

async function rowsOf(id: string): Promise<readonly Record<string, unknown>[]> {
  return (await database.pool.query('select * from audit_logs where id = $1', [id])).rows;
}

test('the event is stored with the commit of the caller, with its ledger row, and needs neither Redis nor a URL', async () => {
  const { client } = createTestClient({ redisUrl: NO_REDIS });
  const receipt = await asApplication(async (connection) => {
    await connection.query('begin');
    const written = await client.logAuditTx(connection, buildEvent({ event_type: 'role.granted', user_id: 'u-17' }));
    if (written.status === 'rejected') expect.fail(JSON.stringify(written));
    expect(await rowsOf(written.id)).toEqual([]);
    await connection.query('commit');
    return written;
  });
  expect(receipt.status).toBe('in_transaction');
  const [row] = await rowsOf(receipt.id);
  expect(row).toMatchObject({ event_type: 'role.granted', user_id: 'u-17', producer_id: client.stats().producerId });
  const ledger = await database.pool.query('select rows, xid from audit_batches where first_id = $1', [receipt.id]);
  expect(ledger.rows).toEqual([{ rows: 1, xid: row?.['batch'] }]);
  expect(client.stats()).toMatchObject({ redis: 'closed', pending: { events: 0 } });
});

test('a rollback takes the event with it, and leaves no hole in the numbers of the producer', async () => {
  const { client } = createTestClient({ redisUrl: NO_REDIS, databaseUrl: database.url });
  const connection = await database.pool.connect();
  await connection.query('begin');
  const receipt = await client.logAuditTx(connection, buildEvent());
  await connection.query('rollback');
  connection.release();
  if (receipt.status === 'rejected') expect.fail(JSON.stringify(receipt));
  expect(await rowsOf(receipt.id)).toEqual([]);
  const next = await client.logCriticalAudit(buildEvent({ event_category: 'critical' }));
  expect(await rowsOf(next.id)).toMatchObject([{ producer_seq: '1' }]);
});

test('row 1 to 28: nothing that can be passed in breaks the transaction of the caller, or throws', async () => {
  const { client } = createTestClient({ redisUrl: NO_REDIS });
  await database.pool.query('create table if not exists accounts (name text)');
  const connection = await database.pool.connect();
  await connection.query('begin');
  await connection.query(`insert into accounts values ('before')`);
  const stored: string[] = [];
  for (const { make, name } of HOSTILE_INPUTS) {
    const input: unknown = make();
    const receipt = await Reflect.apply(client.logAuditTx, client, [connection, input]);
    expect(['in_transaction', 'rejected'], name).toContain(receipt.status);
    expect(receipt.reason, name).not.toBe('not_stored');
    if (receipt.status !== 'rejected') stored.push(receipt.id);
  }
  await connection.query('commit');
  connection.release();
  const { rows } = await database.pool.query('select count(*)::int as count from audit_logs where id = any($1)', [
    stored,
  ]);
  expect(rows).toEqual([{ count: stored.length }]);
  expect(stored.length).toBeGreaterThan(5);
  expect((await database.pool.query('select name from accounts')).rows).toEqual([{ name: 'before' }]);
});

test('a connection without a transaction, a pool, and what is no connection are refused with the reason', async () => {
  const { client } = createTestClient({ redisUrl: NO_REDIS });
  const notBegun = { status: 'rejected', reason: 'not_stored', issues: [{ code: '25P01' }] };
  expect(await client.logAuditTx(database.pool, buildEvent())).toMatchObject(notBegun);
  for (const nothing of [null, undefined, {}, { query: 1 }, 'postgres://']) {
    const receipt = await Reflect.apply(client.logAuditTx, client, [nothing, buildEvent()]);
    expect(receipt).toMatchObject({ status: 'rejected', reason: 'not_stored' });
  }
  expect(client.stats().rejected.not_stored).toBe(6);
});

test('a role without the right is told so, and its transaction goes on', async () => {
  const { client } = createTestClient({ redisUrl: NO_REDIS });
  await asApplication(async (connection) => {
    await connection.query('begin');
    const receipt = await client.logAuditTx(connection, buildEvent());
    expect(receipt).toMatchObject({ status: 'rejected', reason: 'not_stored', issues: [{ code: '42501' }] });
    expect((await connection.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await connection.query('commit');
  }, 'audit_reader');
});

test('a connection that breaks meanwhile, and a transaction that had failed before, are answers and not exceptions', async () => {
  const { client } = createTestClient({ redisUrl: NO_REDIS });
  const connection = new pg.Client({ connectionString: database.url });
  connection.on('error', () => undefined);
  await connection.connect();
  await connection.query('begin');
  await connection.query('no such statement').catch(() => undefined);
  expect(await client.logAuditTx(connection, buildEvent())).toMatchObject({ issues: [{ code: '25P02' }] });
  await connection.query('rollback');
  await connection.query('begin');
  const { rows } = await connection.query('select pg_backend_pid() as pid');
  await database.pool.query('select pg_terminate_backend($1)', [rows[0].pid]);
  expect(await client.logAuditTx(connection, buildEvent())).toMatchObject({ status: 'rejected', reason: 'not_stored' });
});

test('after close, and with an invalid setting, it answers as every call does', async () => {
  const { client } = createTestClient({ redisUrl: NO_REDIS });
  await client.close();
  expect(await client.logAuditTx(database.pool, buildEvent())).toMatchObject({ reason: 'closed' });
  const wrong = createTestClient({ redisUrl: 'nonsense' });
  expect(await wrong.client.logAuditTx(database.pool, buildEvent())).toMatchObject({ reason: 'misconfigured' });
});
