import { buildRow, createTestDatabase, startTestPostgres, uuidAt } from '@auditlane/testkit';
import type { EventRow } from '@auditlane/schema';
import { describe, expect, it } from 'vitest';

import { type Pool, createPool, createStore, migrate } from '../src/index.ts';

let lastMs = Date.now();

/** Rows in rising order of id. */
function buildRows(count: number): readonly EventRow[] {
  return Array.from({ length: count }, () => buildRow({ id: uuidAt((lastMs += 1)) }));
}

describe('a fault in each phase of the COPY', () => {
  it('before copy-in: a ledger that refuses undoes all, and the connection works on', async () => {
    await using other = await createTestDatabase();
    const rows = buildRows(60);
    await other.pool.query('alter table audit_batches add constraint no_such_writer check (writer <> $$refused$$)');
    const pool = createPool(other.url, { applicationName: 'test', max: 1 });
    const refused = createStore(pool, { writer: 'refused' });
    await expect(refused.storeBatch(rows)).rejects.toMatchObject({ sqlstate: '23514' });
    await other.pool.query('alter table audit_batches drop constraint no_such_writer');
    expect(await countRows(other.pool)).toBe(0);
    expect(await refused.storeBatch(rows)).toMatchObject({ inserted: 60, path: 'copy' });
    await pool.end();
  });

  it('before copy-in: a missing column is a fault of the deployment', async () => {
    await using other = await createTestDatabase();
    await other.pool.query('alter table audit_logs drop column source cascade');
    const pool = createPool(other.url, { applicationName: 'test', max: 1 });
    await expect(createStore(pool, { writer: 'w' }).storeBatch(buildRows(60))).rejects.toMatchObject({
      code: 'deploy',
      sqlstate: '42703',
      isRetryable: true,
    });
    await expect(createStore(pool, { writer: 'w' }).storeBatch(buildRows(1))).rejects.toMatchObject({
      code: 'deploy',
      sqlstate: '42703',
    });
    await pool.end();
  });

  it('while the data is read: a statement timeout is too_slow, and the connection works on', async () => {
    await using other = await createTestDatabase();
    await other.pool.query(`
      create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(0.02); return new; end $$;
      create trigger slow before insert on audit_logs for each row execute function slow()`);
    const pool = createPool(other.url, { applicationName: 'test', max: 1, statementTimeoutMs: 300 });
    const slow = createStore(pool, { writer: 'w' });
    await expect(slow.storeBatch(buildRows(100))).rejects.toMatchObject({ code: 'too_slow', sqlstate: '57014' });
    await other.pool.query('drop trigger slow on audit_logs');
    expect(await slow.storeBatch(buildRows(100))).toMatchObject({ inserted: 100 });
    await pool.end();
  });

  it('after the data: a constraint that is checked at commit undoes all', async () => {
    await using other = await createTestDatabase();
    await other.pool.query(`
      create function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused at commit'; end $$;
      create constraint trigger late after insert on audit_batches deferrable initially deferred for each row execute function refuse()`);
    const pool = createPool(other.url, { applicationName: 'test', max: 1 });
    const rows = buildRows(60);
    await expect(createStore(pool, { writer: 'w' }).storeBatch(rows)).rejects.toMatchObject({
      code: 'deploy',
      sqlstate: 'P0001',
    });
    expect((await other.pool.query('select from audit_logs')).rowCount).toBe(0);
    await pool.end();
  });

  it('no answer at all: the query is given up, the connection too, and what it did is absorbed', async () => {
    await using other = await createTestDatabase();
    const pool = createPool(other.url, {
      applicationName: 'test',
      max: 1,
      statementTimeoutMs: 0,
      lockTimeoutMs: 0,
      queryTimeoutMs: 400,
    });
    const waiting = createStore(pool, { writer: 'w' });
    const lock = await other.pool.connect();
    await lock.query('begin; lock table audit_batches in access exclusive mode');
    const rows = buildRows(60);
    await expect(waiting.storeBatch(rows)).rejects.toMatchObject({ code: 'outage', sqlstate: null });
    expect(pool.totalCount).toBe(0);
    await lock.query('rollback');
    lock.release();
    const result = await waiting.storeBatch(rows);
    expect(result.inserted + result.duplicates).toBe(60);
    expect(await countRows(pool)).toBe(60);
    await pool.end();
  });

  it('a killed server: the same pool stores again when it is back, and nothing was stored twice', async () => {
    await using server = await startTestPostgres();
    await migrate(server.url);
    const idle: Error[] = [];
    const pool = createPool(server.url, { applicationName: 'test', max: 2, onError: (error) => idle.push(error) });
    const surviving = createStore(pool, { writer: 'w' });
    const rows = buildRows(300);
    await surviving.storeBatch(rows.slice(0, 100));
    const flight = storeUntilOutage(surviving, rows.slice(100));
    await server.kill();
    expect(await flight).toMatchObject({ code: 'outage' });
    await expect(surviving.storeBatch(rows)).rejects.toMatchObject({ code: 'outage' });
    await server.restart();
    const result = await surviving.storeBatch(rows, { idempotent: true });
    expect(result.inserted + result.duplicates).toBe(300);
    expect(await countRows(pool)).toBe(300);
    await pool.end();
  });
});

/** The same batch again and again, until the server is gone. */
async function storeUntilOutage(target: ReturnType<typeof createStore>, rows: readonly EventRow[]): Promise<unknown> {
  for (;;) {
    try {
      await target.storeBatch(rows);
    } catch (error) {
      return error;
    }
  }
}

async function countRows(pool: Pool): Promise<number> {
  const answer = await pool.query<{ count: number }>('select count(*)::int as count from audit_logs');
  return answer.rows[0]?.count ?? -1;
}
