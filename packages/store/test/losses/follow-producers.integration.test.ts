import { startTestPostgres, uuidAt, waitFor } from '@auditlane/testkit';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeEach, expect, it } from 'vitest';

import { createStore, followProducers, migrate } from '../../src/index.ts';
import { numbered, producerOf, upTo } from './numbered-rows.ts';

// A server of its own: an open transaction anywhere in a cluster holds the ledger's readers back, and other tests have some.
const server = await startTestPostgres();
await migrate(server.url);
const pool = new pg.Pool({ connectionString: server.url, max: 12 });
pool.on('error', () => undefined);
const store = createStore(pool, { writer: 'w' });
beforeEach(async () => {
  await pool.query('truncate audit_batches, audit_logs, audit_producers');
  await pool.query(`update audit_ledger_readers set generation = 0, xid = 0, seq = 0, since = '2020-01-01'`);
});
afterAll(async () => server.stop());

async function followAll(): Promise<void> {
  await waitFor(async () => (await followProducers(pool)).kind === 'reached', { message: 'the ledger was not read' });
}

it('the holes of each producer are exactly the numbers that no row has, however the rows were batched', async () => {
  await store.storeBatch([...numbered('a', [1, 2, 5]), ...numbered('b', [2])]);
  await store.storeBatch(numbered('a', [9, 4]));
  await followAll();
  expect(await producerOf(pool, 'a')).toMatchObject({
    received: '{[1,3),[4,6),[9,10)}',
    holes: '{[3,4),[6,9)}',
    events: 5,
  });
  expect(await producerOf(pool, 'b')).toMatchObject({ holes: '{[1,2)}', events: 1 });
  await store.storeBatch(numbered('a', [3, 6, 7, 8]));
  await followAll();
  expect(await producerOf(pool, 'a')).toMatchObject({ received: '{[1,10)}', holes: '{}', events: 9 });
});

it('any delivery of any numbers, with redeliveries and eight writers at once, leaves the planted holes and no other', async () => {
  const delivery = fc.record({
    last: fc.integer({ min: 1, max: 60 }),
    lost: fc.uniqueArray(fc.integer({ min: 1, max: 59 }), { maxLength: 12 }),
    twice: fc.uniqueArray(fc.integer({ min: 1, max: 59 }), { maxLength: 12 }),
    order: fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 60, maxLength: 60 }),
    stretchRows: fc.constantFrom(1, 7, 50_000),
  });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(delivery, async ({ last, lost, twice, order, stretchRows }) => {
      const producerId = `p${(run += 1)}`;
      const rows = numbered(producerId, upTo(last)).filter(
        ({ producer_seq: n }) => n === last || !lost.includes(n ?? 0),
      );
      const again = rows.filter(({ producer_seq: n }) => twice.includes(n ?? 0));
      const batches = Array.from({ length: 8 }, (_, writer) => rows.filter((_row, index) => order[index] === writer));
      const readers = [1, 2, 3].map(() => followProducers(pool, { stretchRows }));
      await Promise.all([...batches.map((batch) => store.storeBatch(batch)), ...readers]);
      await store.storeBatch(again, { idempotent: true });
      await Promise.all([followProducers(pool, { stretchRows }), followProducers(pool, { stretchRows })]);
      await followAll();
      const planted = upTo(last).filter((number) => number !== last && lost.includes(number));
      const answer = await pool.query<{ hole: number }>(
        `select n::int as hole from audit_producers, unnest(holes) r, generate_series(lower(r), upper(r) - 1) n where producer_id = $1 order by n`,
        [producerId],
      );
      expect(answer.rows.map(({ hole }) => hole)).toEqual(planted);
      expect(await producerOf(pool, producerId)).toMatchObject({ events: rows.length });
    }),
    { numRuns: 25 },
  );
});

it('a transaction that commits late is neither skipped nor waited for in vain', async () => {
  const slow = await pool.connect();
  await slow.query('begin');
  await slow.query(`insert into audit_batches (rows, first_id, last_id, writer) values (1, $1, $1, 'slow')`, [
    '01890000-0000-7000-8000-000000000001',
  ]);
  await slow.query(
    `insert into audit_logs (id, event_type, event_category, severity, producer_id, producer_seq) values ('01890000-0000-7000-8000-000000000001', 't', 'info', 'info', 'a', 2)`,
  );
  await store.storeBatch(numbered('a', [1, 3]));
  expect(await followProducers(pool)).toMatchObject({ kind: 'reached', numbers: 0 });
  expect(await producerOf(pool, 'a')).toEqual({});
  await slow.query('commit');
  slow.release();
  await followAll();
  expect(await producerOf(pool, 'a')).toMatchObject({ received: '{[1,4)}', holes: '{}', events: 3 });
});

it('a second process leaves the reading to the first, and a crash leaves the stretch to be read again', async () => {
  await store.storeBatch(numbered('a', [1, 2]));
  const other = await pool.connect();
  await other.query(`begin; select * from audit_ledger_readers for update`);
  expect(await followProducers(pool)).toEqual({ kind: 'busy', batches: 0, numbers: 0 });
  // the other one had added the numbers and dies before its commit
  await other.query(`insert into audit_producers (producer_id, received) values ('a', '{[1,3)}')`);
  await other.query('rollback');
  other.release();
  await followAll();
  expect(await producerOf(pool, 'a')).toMatchObject({ received: '{[1,3)}', events: 2 });
});

it('after a restore, a raised generation is read although its transaction ids are lower', async () => {
  await store.storeBatch(numbered('a', [1]));
  await followAll();
  await pool.query(`update audit_ledger_readers set xid = 900000000000`);
  await store.storeBatch(numbered('a', [2]));
  await pool.query(`update audit_batches set generation = 2 where seq = (select max(seq) from audit_batches)`);
  await followAll();
  expect(await producerOf(pool, 'a')).toMatchObject({ received: '{[1,3)}' });
});

it('numbers that a client says it gave up are no holes, and only its own report can say so', async () => {
  const report = (metadata: string) => ({
    ...numbered('a', [6])[0],
    event_type: 'audit.events.dropped',
    metadata,
  });
  const [row] = numbered('a', [7]);
  const forged = {
    ...row,
    event_type: 'audit.events.dropped',
    metadata: '{"numbers":"1-5","_auditlane":{"caller":{"numbers":"1-5"}}}',
  };
  await store.storeBatch([...numbered('a', [1, 5]), forged].flatMap((each) => toRow(each)));
  await followAll();
  expect(await producerOf(pool, 'a')).toMatchObject({ holes: '{[2,5),[6,7)}', accounted: '{}' });
  for (const numbers of ['', '0', '9-1', '1,', 'x', '99999999999999999', '{[1,5)}']) {
    await store.storeBatch(toRow({ ...report(JSON.stringify({ _auditlane: { numbers } })), id: uuidAt(Date.now()) }));
  }
  await followAll();
  expect(await producerOf(pool, 'a')).toMatchObject({ holes: '{[2,5)}', accounted: '{}' });
  await store.storeBatch(toRow({ ...report('{"_auditlane":{"numbers":"2-3,4"}}'), id: uuidAt(Date.now()) }));
  await followAll();
  expect(await producerOf(pool, 'a')).toMatchObject({ holes: '{}', accounted: '{[2,5)}' });
});

it('numbers that a client says need no row are no holes either', async () => {
  const settled = { event_type: 'audit.events.settled', metadata: '{"_auditlane":{"numbers":"2-3"}}' };
  await store.storeBatch([...numbered('a', [1]), ...numbered('a', [4]).map((row) => ({ ...row, ...settled }))]);
  await followAll();
  expect(await producerOf(pool, 'a')).toMatchObject({ holes: '{}', accounted: '{[2,4)}' });
});

it('what was stored before the ledger of losses existed may have expired, and is not counted from 1', async () => {
  await pool.query(`update audit_ledger_readers set since = now() + interval '1 hour'`);
  await store.storeBatch(numbered('old', [4, 5, 7]));
  await followAll();
  expect(await producerOf(pool, 'old')).toMatchObject({ holes: '{[6,7)}' });
  await pool.query(`update audit_ledger_readers set since = now() - interval '1 hour'`);
  await store.storeBatch([...numbered('old', [9]), ...numbered('new', [2])]);
  await followAll();
  expect(await producerOf(pool, 'old')).toMatchObject({ holes: '{[6,7),[8,9)}' });
  expect(await producerOf(pool, 'new')).toMatchObject({ holes: '{[1,2)}' });
});

it('events that retention has dropped are not missing', async () => {
  await store.storeBatch(numbered('a', upTo(20)));
  await followAll();
  await pool.query('truncate audit_logs, audit_batches');
  await store.storeBatch(numbered('a', [21, 23]));
  await followAll();
  expect(await producerOf(pool, 'a')).toMatchObject({ received: '{[1,22),[23,24)}', holes: '{[22,23)}' });
});

function toRow(row: Partial<ReturnType<typeof numbered>[number]>) {
  const [whole] = numbered('a', [1]);
  return whole === undefined ? [] : [{ ...whole, ...row }];
}
