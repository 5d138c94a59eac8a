import { createDeadLetters } from '@auditlane/dead-letters';
import { connectRedis, createQueue, toQueueKeys } from '@auditlane/queue';
import { sleep } from '@auditlane/runtime';
import { createPool, createStore, migrate } from '@auditlane/store';
import { buildRow, startTestPostgres, useRedis } from '@auditlane/testkit';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { findLosses } from '../src/losses/find-losses.ts';
import type { LossParts } from '../src/losses/find-losses.ts';
import { observeQueue } from '../src/losses/observe-queue.ts';
import { parkedInTable } from '../src/losses/parked-in-table.ts';
import { createLossTask } from '../src/tasks/losses.ts';
import { openLog } from './maintain.ts';

const { url: redisUrl, redis: admin } = await useRedis();
// A server of its own: an open transaction anywhere in a cluster keeps verdicts back, and other tests have some.
const server = await startTestPostgres();
await migrate(server.url);
const pool = createPool(server.url, { applicationName: 'losses-test', max: 8 });
const redis = connectRedis(redisUrl, { name: 'test' });
const keys = toQueueKeys('audit:queue');
const queue = createQueue(redis, keys);
const store = createStore(pool, { writer: 'w' });
const { signal } = new AbortController();
const parts: LossParts = {
  pool,
  redis,
  keys,
  queue,
  sleep,
  signal,
  now: Date.now,
  parkedInTable: () => parkedInTable(pool),
  settleSeconds: 0,
  secondsApart: 0,
};
beforeEach(async () => {
  await pool.query('truncate audit_batches, audit_logs, audit_producers, audit_observations, audit_dead_letters');
  await pool.query(`update audit_ledger_readers set generation = 0, xid = 0, seq = 0, since = '2020-01-01'`);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const entry = (n: number, producer = 'p1') =>
  `{"v":1,"id":"${buildRow().id}","event_type":"t","producer":"${producer}","n":${n},"metadata":{}}`;
const push = (numbers: readonly number[], lane: 'main' | 'urgent' = 'main') =>
  queue.enqueue(
    numbers.map((n) => entry(n)),
    { lane, capacity: 1000 },
  );
const storeNumbers = (numbers: readonly number[], producer = 'p1') =>
  store.storeBatch(numbers.map((n) => buildRow({ producer_id: producer, producer_seq: n })));
const claim = (batchId: string, limit: number) =>
  queue.claim({ batchId, limit, maxBytes: 1_048_576, leaseMs: 60_000, worker: 'w', prefer: 'main' });
const letter = (id: string, raw: string, reason = 'invalid_field') =>
  JSON.stringify({
    id,
    reason,
    detail: '',
    sqlstate: null,
    attempts: 1,
    worker: 'w',
    raw,
    first_at: new Date().toISOString(),
    last_at: new Date().toISOString(),
  });

async function rounds(count: number) {
  const lost: unknown[] = [];
  for (let round = 0; round < count; round += 1) lost.push(...(await findLosses(parts)).lost);
  return lost;
}

async function eventsOf(eventType: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const answer = await pool.query<Record<string, unknown>>(
    'select resource_id, metadata from audit_logs where event_type = $1 order by id',
    [eventType],
  );
  return answer.rows;
}

describe('losses', () => {
  test('what is queued, claimed, held or parked is nowhere lost, and what was deleted is named exactly', async () => {
    await push([2, 3, 4, 5, 6]);
    await push([7], 'urgent');
    const claimed = await claim('b1', 3);
    const [, held, dead] = claimed?.entries ?? [];
    await queue.finish({
      batchId: 'b1',
      epoch: claimed?.epoch ?? 0,
      stored: 1,
      duplicates: 0,
      deadLetters: [{ id: 'x', line: letter('x', String(dead)) }],
      held: held === undefined ? [] : [held],
    });
    await claim('b2', 1);
    await storeNumbers([1, 9]);
    await storeNumbers([2]);
    // 2 stored, 3 held, 4 parked, 5 claimed, 6 and 7 queued; 8 is nowhere
    expect(await rounds(5)).toEqual([{ producerId: 'p1', ranges: [{ first: 8, last: 8 }] }]);
    await admin.del(keys.queue, keys.hold);
    expect(await rounds(3)).toEqual([
      {
        producerId: 'p1',
        ranges: [
          { first: 3, last: 3 },
          { first: 6, last: 6 },
        ],
      },
    ]);
    // what an operator deletes after it was seen parked is not a loss
    await admin.del(keys.failed);
    expect(await rounds(3)).toEqual([]);
    expect(await eventsOf('audit.loss.detected')).toMatchObject([
      { resource_id: 'p1', metadata: { numbers: '8', count: 1 } },
      { resource_id: 'p1', metadata: { numbers: '3,6', count: 2 } },
    ]);
  });

  test('a letter that an operator purged before anybody looked is no loss', async () => {
    await push([2]);
    const claimed = await claim('b1', 1);
    await queue.finish({
      batchId: 'b1',
      epoch: claimed?.epoch ?? 0,
      stored: 0,
      duplicates: 0,
      deadLetters: [{ id: 'x', line: letter('x', String(claimed?.entries[0])) }],
      held: [],
    });
    await storeNumbers([1, 3]);
    const letters = createDeadLetters({ queue, pool, capacity: 1000, record: () => Promise.resolve() });
    expect((await letters.purge({ ids: ['x'] }, { id: 'ann', via: 'cli' })).outcomes.purged).toBe(1);
    expect(await rounds(4)).toEqual([]);
  });

  test('a dead letter that has moved to the table is not lost', async () => {
    await storeNumbers([1, 3]);
    await pool.query(
      `insert into audit_dead_letters (id, line, reason, last_at) values ('x', $1, 'invalid_field', now())`,
      [Buffer.from(letter('x', entry(2)))],
    );
    expect(await rounds(4)).toEqual([]);
  });

  test('a transaction that is open for long keeps the verdict back, and nothing is invented meanwhile', async () => {
    const open = await pool.connect();
    await open.query('begin; select pg_current_xact_id()');
    await push([1, 2, 3]);
    const claimed = await claim('b1', 3);
    await storeNumbers([1, 2, 3]);
    await queue.finish({
      batchId: 'b1',
      epoch: claimed?.epoch ?? 0,
      stored: 3,
      duplicates: 0,
      deadLetters: [],
      held: [],
    });
    await pool.query(`insert into audit_producers (producer_id, counts_from, known_to) values ('p1', 1, 3)`);
    await findLosses(parts);
    const quick = { ...parts, sleep: () => Promise.resolve() };
    for (let round = 0; round < 3; round += 1) {
      expect(await findLosses(quick)).toMatchObject({ searched: 1, isHeldBack: true, lost: [] });
    }
    await open.query('commit');
    open.release();
    expect(await rounds(4)).toEqual([]);
    expect(await eventsOf('audit.loss.detected')).toEqual([]);
  });

  test('a tail that Redis had accepted and lost is found, without any later event of its producer', async () => {
    await queue.enqueue([entry(1, 'abc'), entry(2, 'abc'), entry(3, 'abc')], {
      lane: 'main',
      capacity: 10,
      producer: { id: 'abc', stream: 'main', push: 1, marked: 0, givenUp: 0 },
    });
    expect(await rounds(3)).toEqual([]);
    await admin.flushall();
    expect(await rounds(3)).toEqual([{ producerId: 'abc', ranges: [{ first: 1, last: 3 }] }]);
  });
});

describe('the queue as a whole', () => {
  test('dead letters are told once by reason and producer, whoever looks, and their numbers are known', async () => {
    await push([1, 2, 3]);
    const claimed = await claim('b1', 3);
    await queue.finish({
      batchId: 'b1',
      epoch: claimed?.epoch ?? 0,
      stored: 0,
      duplicates: 0,
      held: [],
      deadLetters: [
        { id: 'x', line: letter('x', entry(1)) },
        { id: 'y', line: letter('y', entry(2)) },
        { id: 'z', line: letter('z', 'no entry', 'undecodable') },
      ],
    });
    await Promise.all([observeQueue(parts2), observeQueue(parts2)]);
    expect(await observeQueue(parts2)).toEqual({ parked: 0, isOtherDataSet: false });
    expect(await eventsOf('audit.dead_letters.parked')).toEqual([
      {
        resource_id: 'audit:failed',
        metadata: {
          count: 3,
          reasons: { invalid_field: 2, undecodable: 1 },
          producers: { p1: 2 },
          before: { parked: 0 },
          after: { parked: 3 },
        },
      },
    ]);
    const answer = await pool.query('select accounted::text from audit_producers');
    expect(answer.rows).toEqual([{ accounted: '{[1,3)}' }]);
  });

  test('another data set in Redis is an event with both marks; the first one is not', async () => {
    await push([1]);
    expect(await observeQueue(parts2)).toMatchObject({ isOtherDataSet: false });
    const before = await admin.get(keys.epoch);
    await admin.flushall();
    // empty: nothing was pushed yet, so nothing is known
    expect(await observeQueue(parts2)).toMatchObject({ isOtherDataSet: false });
    await push([2]);
    const after = await admin.get(keys.epoch);
    const looks = await Promise.all([observeQueue(parts2), observeQueue(parts2)]);
    expect(looks.filter(({ isOtherDataSet }) => isOtherDataSet)).toHaveLength(1);
    expect(await eventsOf('audit.incarnation.changed')).toEqual([
      { resource_id: 'audit:queue', metadata: { before: { incarnation: before }, after: { incarnation: after } } },
    ]);
  });
});

const parts2 = { ...parts, queue };

test('while Redis is away nothing is judged and the run does not fail; a wrong key fails it', async () => {
  const { log, lines } = openLog();
  const nowhere = connectRedis('redis://127.0.0.1:1', { name: 'test' });
  const away = createLossTask({ ...parts, redis: nowhere, queue: createQueue(nowhere, keys), log });
  await storeNumbers([1, 3]);
  expect(await away.run()).toEqual({ away: true });
  nowhere.disconnect();
  expect(lines).toMatchObject([{ level: 'warn', msg: 'losses cannot be looked for' }]);
  await admin.set(keys.stats, 'text');
  await expect(createLossTask({ ...parts2, log }).run()).rejects.toMatchObject({ code: 'wrong_type' });
});
