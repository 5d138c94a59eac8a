import { startTestPostgres, waitFor } from '@auditlane/testkit';
import pg from 'pg';
import { afterAll, beforeEach, expect, it } from 'vitest';

import {
  createStore,
  followProducers,
  judgeHoles,
  migrate,
  noteMarks,
  readBarrier,
  readLosses,
  readSettledHoles,
  settleHoles,
} from '../../src/index.ts';
import { numbered, producerOf, upTo } from './numbered-rows.ts';

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

type Found = Partial<Pick<Parameters<typeof judgeHoles>[1], 'waiting' | 'parked'>>;

async function followAll(): Promise<void> {
  await waitFor(async () => (await followProducers(pool)).kind === 'reached', { message: 'the ledger was not read' });
}

/** One round of maintenance without settle time and without a pause between searches. */
async function round(found: Found = {}) {
  await followAll();
  await settleHoles(pool, 0);
  const searched = await readSettledHoles(pool, 100);
  return judgeHoles(pool, { searched, waiting: [], parked: [], process: 'test', secondsApart: 0, ...found });
}

async function eventsOf(eventType: string): Promise<readonly unknown[]> {
  const answer = await pool.query<Record<string, unknown>>(
    `select resource_id, source, metadata->>'numbers' as numbers, metadata->'count' as count, metadata->'producer_closed' as closed
     from audit_logs where event_type = $1 order by id`,
    [eventType],
  );
  return answer.rows;
}

it('numbers that are found nowhere twice are lost: named exactly, and told once', async () => {
  await store.storeBatch([...numbered('a', [1, 2, 6, 8]), ...numbered('b', upTo(9))]);
  // noticed, settled and searched for, searched for again
  expect((await round()).lost).toEqual([]);
  expect((await round()).lost).toEqual([]);
  expect((await round()).lost).toEqual([
    {
      producerId: 'a',
      ranges: [
        { first: 3, last: 5 },
        { first: 7, last: 7 },
      ],
    },
  ]);
  expect((await round()).lost).toEqual([]);
  expect(await eventsOf('audit.loss.detected')).toEqual([
    { resource_id: 'a', source: 'auditlane', numbers: '3-5,7', count: 4, closed: false },
  ]);
  expect(await readLosses(pool, 5)).toMatchObject({ events: 4, producers: 1, newest: [{ producerId: 'a' }] });
});

it('a hole that is younger than the settle time is not even searched for', async () => {
  await store.storeBatch(numbered('a', [1, 3]));
  await followAll();
  for (let turn = 0; turn < 3; turn += 1) await settleHoles(pool, 600);
  expect(await readSettledHoles(pool, 100)).toEqual([]);
  await store.storeBatch(numbered('a', [2, 5]));
  await followAll();
  // what was noticed has arrived; what is a hole now is a new one
  await settleHoles(pool, 0);
  expect(await readSettledHoles(pool, 100)).toEqual([]);
  await settleHoles(pool, 0);
  expect(await readSettledHoles(pool, 100)).toEqual([{ producerId: 'a', ranges: [{ first: 4, last: 4 }] }]);
});

it('what waits in Redis is not lost while it is found there, and is lost when it is gone from there twice', async () => {
  await store.storeBatch(numbered('a', [1, 4]));
  const waiting = [
    { producerId: 'a', number: 2 },
    { producerId: 'a', number: 3 },
  ];
  for (let turn = 0; turn < 4; turn += 1) expect((await round({ waiting })).lost).toEqual([]);
  expect((await round({ waiting: waiting.slice(0, 1) })).lost).toEqual([]);
  // found again after one search that had missed it: as if it had never been missed
  expect((await round({ waiting })).lost).toEqual([]);
  expect((await round({ waiting: waiting.slice(0, 1) })).lost).toEqual([]);
  expect((await round({ waiting: waiting.slice(0, 1) })).lost).toEqual([
    { producerId: 'a', ranges: [{ first: 3, last: 3 }] },
  ]);
});

it('two searches that follow each other too closely count as one', async () => {
  await store.storeBatch(numbered('a', [1, 3]));
  await round();
  await round();
  const searched = await readSettledHoles(pool, 100);
  const search = { searched, waiting: [], parked: [], process: 'test', secondsApart: 600 };
  expect((await judgeHoles(pool, search)).lost).toEqual([]);
  expect((await round()).lost).toHaveLength(1);
});

it('dead letters are accounted for, for good', async () => {
  await store.storeBatch(numbered('a', [1, 5]));
  await round();
  await round({ parked: [{ producerId: 'a', first: 2, last: 3 }] });
  await round();
  expect(await producerOf(pool, 'a')).toMatchObject({ accounted: '{[2,4)}', lost: '{[4,5)}' });
});

it('a tail that Redis accepted is missed, also of a producer of which no row ever came', async () => {
  const at = new Date();
  await store.storeBatch(numbered('a', [1, 2]));
  await noteMarks(pool, [
    { producerId: 'a', lastNumber: 5, isClosed: true, at },
    { producerId: 'b', lastNumber: 3, isClosed: false, at },
    { producerId: 'c', lastNumber: 0, isClosed: false, at },
  ]);
  // an older mark takes nothing back
  await noteMarks(pool, [{ producerId: 'a', lastNumber: 4, isClosed: false, at }]);
  for (let turn = 0; turn < 3; turn += 1) await round();
  expect(await eventsOf('audit.loss.detected')).toEqual([
    { resource_id: 'a', source: 'auditlane', numbers: '3-5', count: 3, closed: true },
    { resource_id: 'b', source: 'auditlane', numbers: '1-3', count: 3, closed: false },
  ]);
});

it('the tail of a producer that neither closed nor was heard of again is unknown, not lost', async () => {
  await store.storeBatch(numbered('a', upTo(7)));
  for (let turn = 0; turn < 4; turn += 1) expect((await round()).lost).toEqual([]);
  expect(await producerOf(pool, 'a')).toMatchObject({ holes: '{}' });
});

it('events that come back after all are taken off the losses, and that is told too', async () => {
  await store.storeBatch(numbered('a', [1, 6]));
  for (let turn = 0; turn < 3; turn += 1) await round();
  await store.storeBatch(numbered('a', [3, 4]));
  expect((await round()).recovered).toEqual([{ producerId: 'a', ranges: [{ first: 3, last: 4 }] }]);
  expect((await round()).recovered).toEqual([]);
  expect(await eventsOf('audit.loss.recovered')).toMatchObject([{ resource_id: 'a', numbers: '3-4', count: 2 }]);
  expect(await readLosses(pool, 5)).toMatchObject({ events: 2 });
});

it('rounds that run at once in two processes tell each loss once', async () => {
  await store.storeBatch(['a', 'b', 'c'].flatMap((producerId) => numbered(producerId, [1, 3])));
  for (let turn = 0; turn < 6; turn += 1) await Promise.all([round(), round(), round()]);
  expect(await eventsOf('audit.loss.detected')).toMatchObject([
    { resource_id: 'a', numbers: '2' },
    { resource_id: 'b', numbers: '2' },
    { resource_id: 'c', numbers: '2' },
  ]);
});

it('the barrier of a search is passed when all that was committed before it can be read', async () => {
  const open = await pool.connect();
  await open.query('begin; select pg_current_xact_id()');
  await store.storeBatch(numbered('a', [1]));
  const { barrier } = await readBarrier(pool, null);
  expect(await followProducers(pool)).toMatchObject({ kind: 'reached', numbers: 0 });
  expect(await readBarrier(pool, barrier)).toEqual({ barrier, isPassed: false });
  await open.query('commit');
  open.release();
  expect(await readBarrier(pool, barrier)).toEqual({ barrier, isPassed: true });
  expect(await followProducers(pool)).toMatchObject({ kind: 'reached', numbers: 1 });
});

it('a producer with absurd numbers is one range and breaks nothing', async () => {
  await store.storeBatch(numbered('a', [1, Number.MAX_SAFE_INTEGER]));
  for (let turn = 0; turn < 3; turn += 1) await round();
  expect(await eventsOf('audit.loss.detected')).toMatchObject([{ numbers: `2-${Number.MAX_SAFE_INTEGER - 1}` }]);
});

it('what waits in the memory of its producer is not even searched for, and settles anew when it waits no more', async () => {
  await store.storeBatch([...numbered('a', [1, 4, 6]), ...numbered('b', [2])]);
  await followAll();
  const buffered = [{ producerId: 'a', ranges: [{ first: 2, last: 3 }] }];
  for (let turn = 0; turn < 3; turn += 1) await settleHoles(pool, 0, buffered);
  expect(await readSettledHoles(pool, 100)).toEqual([
    { producerId: 'a', ranges: [{ first: 5, last: 5 }] },
    { producerId: 'b', ranges: [{ first: 1, last: 1 }] },
  ]);
  // As if it had just become a hole.
  await settleHoles(pool, 600, []);
  expect(await readSettledHoles(pool, 100)).toMatchObject([{ ranges: [{ first: 5 }] }, {}]);
  expect((await round()).lost).toEqual([]);
  expect((await round()).lost).toMatchObject([{ producerId: 'a', ranges: [{ first: 5 }] }, { producerId: 'b' }]);
  expect((await round()).lost).toEqual([{ producerId: 'a', ranges: [{ first: 2, last: 3 }] }]);
});

it('a hole that had settled, and was doubted, before its producer spoke begins anew', async () => {
  await store.storeBatch(numbered('a', [1, 3]));
  for (let turn = 0; turn < 2; turn += 1) expect((await round()).lost).toEqual([]);
  await settleHoles(pool, 0, [{ producerId: 'a', ranges: [{ first: 2, last: 2 }] }]);
  expect(await readSettledHoles(pool, 100)).toEqual([]);
  for (let turn = 0; turn < 2; turn += 1) expect((await round()).lost).toEqual([]);
  expect((await round()).lost).toMatchObject([{ producerId: 'a' }]);
});
