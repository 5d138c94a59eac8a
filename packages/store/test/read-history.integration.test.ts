import { buildRow, uuidAt, useDatabase } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { createStore, readHistory } from '../src/index.ts';

const { pool } = await useDatabase();
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
