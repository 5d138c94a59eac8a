import { buildRow, startTestPostgres, uuidAt } from '@auditlane/testkit';
import pg from 'pg';
import { afterAll, beforeEach, expect, it } from 'vitest';

import {
  type LedgerBatch,
  type LedgerCursor,
  createStore,
  migrate,
  readLedger,
  readLedgerLag,
  readThroughput,
} from '../src/index.ts';

// A server of its own: an open transaction anywhere in a cluster holds the ledger's readers back, and other tests have some.
const server = await startTestPostgres();
await migrate(server.url);
const pool = new pg.Pool({ connectionString: server.url, max: 12 });
pool.on('error', () => undefined);
beforeEach(async () => {
  await pool.query('truncate audit_batches, audit_logs');
});
afterAll(async () => server.stop());

/** A transaction that takes its place in the ledger now and commits when it is told. */
async function openBatch(writer: string): Promise<{ commit(): Promise<void> }> {
  const client = await pool.connect();
  await client.query('begin');
  await client.query('insert into audit_batches (rows, first_id, last_id, writer) values (1, $1, $1, $2)', [
    uuidAt(Date.now()),
    writer,
  ]);
  return {
    commit: async () => {
      await client.query('commit');
      client.release();
    },
  };
}

async function readOn(after: LedgerCursor | null): Promise<readonly LedgerBatch[]> {
  return readLedger(pool, { after, limit: 100 });
}

it('a reader sees each batch once, whichever of two writers commits first', async () => {
  for (const order of ['first', 'second'] as const) {
    const seen: string[] = [];
    let cursor = (await readOn(null)).at(-1) ?? null;
    const read = async (): Promise<void> => {
      for (const batch of await readOn(cursor)) {
        seen.push(batch.writer);
        cursor = batch;
      }
    };
    const first = await openBatch(`${order}-a`);
    const second = await openBatch(`${order}-b`);
    const [early, late] = order === 'first' ? [first, second] : [second, first];
    await read();
    await early.commit();
    await read();
    // the second writer to commit began first: nothing of what it may still add before may be passed
    expect(seen).toEqual(order === 'first' ? [`${order}-a`] : []);
    await late.commit();
    await read();
    await read();
    expect(seen).toEqual([`${order}-a`, `${order}-b`]);
  }
});

it('eight writers at once are read without a gap while they write', async () => {
  const store = createStore(pool, { writer: 'w' });
  const seen: LedgerBatch[] = [];
  let isDone = false;
  const reading = (async () => {
    for (;;) {
      const isLast = isDone;
      const batches = await readLedger(pool, { after: seen.at(-1) ?? null, limit: 7 });
      seen.push(...batches);
      if (isLast && batches.length === 0) return;
    }
  })();
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let batch = 0; batch < 15; batch += 1) await store.storeBatch([buildRow(), buildRow()]);
    }),
  );
  isDone = true;
  await reading;
  expect(seen).toHaveLength(120);
  expect(new Set(seen.map((batch) => `${batch.xid}/${batch.seq}`)).size).toBe(120);
  const rows = await pool.query<{ count: number }>(
    'select count(*)::int as count from audit_logs where batch = any($1::bigint[])',
    [seen.map((batch) => batch.xid)],
  );
  expect(rows.rows).toEqual([{ count: 240 }]);
});

it('after a restore, a raised generation is read after the old one although its transaction ids are lower', async () => {
  const insert = `insert into audit_batches (generation, xid, rows, first_id, last_id, writer) values ($1, $2, 1, gen_random_uuid(), gen_random_uuid(), $3)`;
  await pool.query(insert, [1, '9000000000', 'before']);
  await pool.query(insert, [2, '3', 'after']);
  const batches = await readOn(null);
  expect(batches.map((batch) => [batch.generation, batch.xid, batch.writer])).toEqual([
    [1, '9000000000', 'before'],
    [2, '3', 'after'],
  ]);
  expect(await readOn(batches.at(-1) ?? null)).toEqual([]);
});

it('an open transaction that holds readers back is named', async () => {
  const store = createStore(pool, { writer: 'w' });
  const client = await pool.connect();
  await client.query(`set application_name = 'forgotten console'; begin; create temp table held (id int)`);
  await store.storeBatch([buildRow()]);
  const pid = (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid;
  const lag = await readLedgerLag(pool);
  expect(lag).toMatchObject({
    waitingBatches: 1,
    blocker: { pid, application: 'forgotten console', state: 'idle in transaction' },
  });
  expect(lag.lagSeconds).toBeGreaterThan(0);
  expect(await readOn(null)).toEqual([]);
  await client.query('rollback; reset application_name');
  client.release();
  expect(await readOn(null)).toHaveLength(1);
});

it('throughput counts the rows and batches of the last seconds, over all writers', async () => {
  await createStore(pool, { writer: 'a' }).storeBatch([buildRow(), buildRow(), buildRow()]);
  await createStore(pool, { writer: 'b' }).storeBatch([buildRow()]);
  expect(await readThroughput(pool, 60)).toEqual({ rows: 4, batches: 2 });
  await pool.query(`update audit_batches set stored_at = now() - interval '61 seconds' where writer = 'a'`);
  expect(await readThroughput(pool, 60)).toEqual({ rows: 1, batches: 1 });
});
