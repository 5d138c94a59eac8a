import { buildRow, uuidAt, useDatabase } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import {
  createPool,
  createStore,
  ensurePartitions,
  type IdRange,
  readHistory,
  readNewestFirst,
  summarizeRanges,
} from '../src/index.ts';

const { pool, url } = await useDatabase();
const store = createStore(pool, { writer: 'test' });
const START_MS = Date.parse('2026-11-21T10:00:00Z');

test('the history of a thing is its events alone, newest first, page by page without a gap', async () => {
  const thing = { resource_type: 'api_key', resource_id: 'key "7"; --' };
  const ids = Array.from({ length: 7 }, (_, index) => uuidAt(START_MS + index * 1000));
  await store.storeBatch([
    ...ids.map((id) => buildRow({ id, ...thing })),
    buildRow({ ...thing, resource_type: 'account' }),
    buildRow({ ...thing, resource_id: 'key_8' }),
  ]);
  const page = { resourceType: thing.resource_type, resourceId: thing.resource_id, limit: 3 };
  const found: string[] = [];
  let before: string | null = null;
  for (let pages = 0; pages < 4; pages += 1) {
    const events = await readHistory(pool, { ...page, before });
    found.push(...events.map(({ id }) => id));
    before = events.at(-1)?.id ?? before;
  }
  expect(found).toEqual(ids.toReversed());
});

test('the bloom filter finds a thing however often it is asked for: neither the primary key nor the table is walked', async () => {
  const rows = 12_000;
  const half = (first: number) =>
    Array.from({ length: rows / 2 }, (_, index) =>
      buildRow({ id: uuidAt(START_MS + 10_000 + first + index), resource_id: `thing-${first + index}` }),
    );
  await store.storeBatch(half(0));
  await store.storeBatch(half(rows / 2));
  await summarizeRanges(pool);
  await pool.query('analyze audit_logs');
  const client = createPool(url, { applicationName: 'test', max: 1 });
  try {
    // Each line of the view is written when its session says so: this one alone reads the history.
    const scans = async () => {
      await client.query('select pg_stat_force_next_flush()');
      const { rows: found } = await client.query<{ bloom: number; key: number; table: number }>(`
        select
          coalesce(sum(idx_scan) filter (where indexrelname like '%_resource_id_idx'), 0)::int as bloom,
          coalesce(sum(idx_tup_read) filter (where indexrelname like '%_pkey'), 0)::int as key,
          (select coalesce(sum(seq_scan), 0)::int from pg_stat_user_tables where relname like 'audit_logs%' and n_live_tup > 1000) as table
        from pg_stat_user_indexes
        where relname in (select relname from pg_stat_user_tables where relname like 'audit_logs%' and n_live_tup > 1000)`);
      return found[0];
    };
    const before = await scans();
    for (let asked = 0; asked < 10; asked += 1) {
      const page = { resourceType: 'api_key', resourceId: `thing-${asked * 997}`, before: null, limit: 50 };
      expect(await readHistory(client, page)).toHaveLength(1);
    }
    const after = await scans();
    expect(before).toMatchObject({ table: expect.any(Number) });
    expect(after).toMatchObject({ bloom: (before?.bloom ?? 0) + 10, table: before?.table });
    // The planner itself looks up the first and the last id, to judge a range.
    expect((after?.key ?? 0) - (before?.key ?? 0)).toBeLessThan(100);
  } finally {
    await client.end();
  }
});

const DAY_MS = 86_400_000;

/** A thing with an event on each of so many days back from now, and one far in the past and one far in the future, newest first. */
async function storeDays(resource_id: string, days: number): Promise<readonly string[]> {
  const nowMs = Date.now();
  await ensurePartitions(pool, { now: new Date(nowMs - days * DAY_MS), aheadDays: days + 7, width: 'day' });
  const times = Array.from({ length: days }, (_, index) => nowMs - index * DAY_MS);
  const ids = [nowMs + 4000 * DAY_MS, ...times, Date.parse('2001-01-01T00:00:00Z')].map((ms) => uuidAt(ms));
  await store.storeBatch(ids.map((id) => buildRow({ id, resource_id })));
  return ids;
}

test('a history goes through all partitions, and through what no partition was prepared for', async () => {
  const ids = await storeDays('many-days', 20);
  const { rows } = await pool.query<{ held: number }>('select count(*)::int as held from audit_logs_default');
  expect(rows[0]?.held).toBeGreaterThanOrEqual(2);
  const page = { resourceType: 'api_key', resourceId: 'many-days', before: null };
  const found = await readHistory(pool, { ...page, limit: 100 });
  expect(found.map(({ id }) => id)).toEqual(ids);
  const first = await readHistory(pool, { ...page, limit: 5 });
  const second = await readHistory(pool, { ...page, before: first.at(-1)?.id ?? null, limit: 5 });
  expect([...first, ...second].map(({ id }) => id)).toEqual(ids.slice(0, 10));
});

test('a history since a time has no event from before it', async () => {
  const ids = await storeDays('since', 6);
  const since = new Date(Date.now() - 2.5 * DAY_MS);
  const found = await readHistory(pool, {
    resourceType: 'api_key',
    resourceId: 'since',
    before: null,
    since,
    limit: 100,
  });
  expect(found.map(({ id }) => id)).toEqual(ids.slice(0, 4));
});

test('a page that is full asks no older partition', async () => {
  await storeDays('full', 12);
  const asked: IdRange[] = [];
  const rows = await readNewestFirst(pool, { before: null, limit: 4 }, async (client, range, limit) => {
    asked.push(range);
    const text = `select id::text from audit_logs where resource_id = 'full' and id >= $1::uuid and id < $2::uuid order by id desc limit $3::int`;
    return (await client.query<{ id: string }>(text, [range.from, range.to, limit])).rows;
  });
  expect(rows).toHaveLength(4);
  expect(asked).toHaveLength(3);
});

test('every field comes back as it was stored', async () => {
  const row = buildRow({
    resource_id: 'whole',
    metadata: '{"before":{"a":1},"after":null}',
    ip_address: '2001:db8::1',
    producer_seq: 12,
    outcome: 'denied',
  });
  await store.storeBatch([row]);
  const [event] = await readHistory(pool, { resourceType: 'api_key', resourceId: 'whole', before: null, limit: 10 });
  expect(event).toMatchObject({
    id: row.id,
    eventType: row.event_type,
    userId: row.user_id,
    metadata: { before: { a: 1 }, after: null },
    ipAddress: '2001:db8::1',
    producerSeq: '12',
    outcome: 'denied',
    occurredAt: new Date(row.occurred_at ?? ''),
  });
});

test('a thing of which nothing is known has an empty history', async () => {
  const page = { resourceType: 'no', resourceId: 'thing', before: null, limit: 10 };
  expect(await readHistory(pool, page)).toEqual([]);
});

test('the history of a dead letter has the actions on several letters that name it, and no others, page by page', async () => {
  const letter = uuidAt(START_MS);
  const at = (index: number): string => uuidAt(START_MS + 60_000 + index * 1000);
  const action = { event_type: 'audit.dead_letters.purged', resource_type: 'dead_letter', resource_id: 'action' };
  const named = [
    { ...action, id: at(1), metadata: JSON.stringify({ phase: 'intent', ids: ['other', letter] }) },
    {
      ...action,
      id: at(2),
      metadata: JSON.stringify({ phase: 'outcome', outcomes: { absent: ['x'], purged: [letter] } }),
    },
    { ...action, id: at(3), resource_id: letter, metadata: JSON.stringify({ ids: [letter] }) },
  ];
  const others = [
    { ...action, id: at(4), metadata: JSON.stringify({ ids: [`${letter}0`], outcomes: { purged: ['other'] } }) },
    { ...action, id: at(5), metadata: JSON.stringify({ ids: { deep: letter }, outcomes: 7 }) },
    { ...action, id: at(6), metadata: null },
    { ...action, id: at(7), resource_type: 'account', metadata: JSON.stringify({ ids: [letter] }) },
  ];
  await store.storeBatch([...named, ...others].map((row) => buildRow(row)));
  const page = { resourceType: 'dead_letter', resourceId: letter, limit: 2 };
  const first = await readHistory(pool, { ...page, before: null });
  const second = await readHistory(pool, { ...page, before: first.at(-1)?.id ?? null });
  expect([...first, ...second].map(({ id }) => id)).toEqual(named.map(({ id }) => id).toReversed());
});
