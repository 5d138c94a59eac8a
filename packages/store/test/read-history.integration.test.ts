import { buildRow, uuidAt, useDatabase } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { createPool, createStore, readHistory, summarizeRanges } from '../src/index.ts';

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
          coalesce(sum(idx_scan) filter (where indexrelname like '%_pkey'), 0)::int as key,
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
    expect(before?.bloom).toBeDefined();
    expect(after).toEqual({ ...before, bloom: (before?.bloom ?? 0) + 10 });
  } finally {
    await client.end();
  }
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
