import { decodeEntry } from '@auditlane/schema';
import { createPool, createStore, storeIsolating, toEventRow } from '@auditlane/store';
import { useDatabase } from '@auditlane/testkit';
import { afterAll, beforeEach, expect, test } from 'vitest';
import type { HeldClaim } from '../src/claims/held-claims.ts';
import { Breaker } from '../src/outages/breaker.ts';
import { sleep } from '@auditlane/runtime';
import { createBatchWriter } from '../src/storing/batch-writer.ts';
import { decodeClaim } from '../src/storing/decode-claim.ts';
import { buildEntries, emptyTables } from './fleet.ts';

const NEVER = new AbortController().signal;
const STATEMENT_TIMEOUT_MS = 300;

const database = await useDatabase();
const pool = createPool(database.url, {
  applicationName: 'storing-test',
  max: 2,
  role: 'audit_writer',
  statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  queryTimeoutMs: 2000,
});
afterAll(() => pool.end());
beforeEach(() => emptyTables(database));

const held: HeldClaim = {
  claim: { batchId: 'b', epoch: 1, attempt: 1, lane: 'main', entries: [], depth: 0 },
  fenced: NEVER,
  note: () => undefined,
  mark: () => Promise.resolve(),
  letGo: () => undefined,
};

function setUp() {
  const failures: string[] = [];
  const breaker = new Breaker({
    probe: async () => {
      await pool.query('select 1');
    },
    sleep: (_ms, signal) => sleep(1, signal),
    random: Math.random,
    onChange: () => undefined,
  });
  const store = createStore(pool, { writer: 'storing-test' });
  const pieces: number[] = [];
  const writer = createBatchWriter({
    store: (rows, o) => {
      pieces.push(rows.length);
      return storeIsolating(store, rows, o);
    },
    breaker,
    clockMs: () => performance.now(),
    maxRows: 1000,
    onStatements: () => undefined,
    onFailedAttempt: (error) => failures.push(error.code),
  });
  return { writer, failures, pieces };
}

function decode(count: number, fields: Readonly<Record<string, unknown>> = {}) {
  return decodeClaim(buildEntries(count, fields).map(({ line }) => Buffer.from(line))).rows;
}

async function countRows(): Promise<number> {
  const { rows } = await database.pool.query<{ count: string }>('select count(*) from audit_logs');
  return Number(rows[0]?.count);
}

test('a batch that cannot be stored within the statement timeout is stored in smaller pieces', async () => {
  await database.pool.query(`
    create function slow_row() returns trigger language plpgsql as $$ begin perform pg_sleep(0.004); return new; end $$;
    create trigger slow before insert on audit_logs for each row execute function slow_row()`);
  const { writer, failures, pieces } = setUp();
  const written = await writer.write(decode(200), { held, isRedelivered: false, stop: NEVER });
  await database.pool.query('drop trigger slow on audit_logs; drop function slow_row()');
  expect(written).toMatchObject({ kind: 'written', rejected: [] });
  expect(await countRows()).toBe(200);
  expect(failures).toContain('too_slow');
  expect(pieces[0]).toBe(200);
  expect(Math.min(...pieces)).toBeLessThanOrEqual(100);
});

test('a batch stored twice adds no row and counts its rows as duplicates', async () => {
  const { writer } = setUp();
  const rows = decode(120);
  expect(await writer.write(rows, { held, isRedelivered: false, stop: NEVER })).toMatchObject({ inserted: 120 });
  const again = await writer.write(rows, { held, isRedelivered: true, stop: NEVER });
  expect(again).toMatchObject({ kind: 'written', inserted: 0, duplicates: 120, conflicts: 0 });
  expect(await countRows()).toBe(120);
});

test('a second event under the id of a stored one is counted as a conflict, and the first is kept', async () => {
  const { writer } = setUp();
  const [first] = decode(1);
  if (first === undefined) throw new Error('no row');
  await writer.write([first], { held, isRedelivered: false, stop: NEVER });
  const second = { ...first, row: { ...toEventRow(first.row), description: 'Another one' } };
  const written = await writer.write([second], { held, isRedelivered: true, stop: NEVER });
  expect(written).toMatchObject({ inserted: 0, duplicates: 1, conflicts: 1 });
  const { rows } = await database.pool.query<{ description: string }>('select description from audit_logs');
  expect(rows).toEqual([{ description: toEventRow(first.row).description }]);
});

test('rows that Postgres refuses are rejected with their SQLSTATE and their own bytes, the others stored', async () => {
  await database.pool.query(`alter table audit_logs add constraint no_poison check (user_id <> 'poison')`);
  const { writer } = setUp();
  const [good, poison] = [decode(97), decode(3, { user_id: 'poison' })];
  const written = await writer.write([...good, ...poison], { held, isRedelivered: false, stop: NEVER });
  await database.pool.query('alter table audit_logs drop constraint no_poison');
  if (written.kind !== 'written') throw new Error('interrupted');
  expect(written.inserted).toBe(97);
  expect(written.rejected.map(({ id, sqlstate, reason }) => ({ id, sqlstate, reason }))).toEqual(
    poison.map(({ row }) => ({ id: row.id, sqlstate: '23514', reason: 'rejected_by_postgres' })),
  );
  expect(written.rejected.map(({ raw }) => decodeEntry(raw))).toMatchObject(
    poison.map(({ row }) => ({ row: toEventRow(row) })),
  );
});
