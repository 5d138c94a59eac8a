import { HOSTILE_TEXTS, buildRow, createTestDatabase, uuidAt } from '@auditlane/testkit';
import type { EventRow } from '@auditlane/schema';
import { afterAll, describe, expect, it } from 'vitest';

import { type Store, createPool, createStore, storeIsolating } from '../src/index.ts';

const database = await createTestDatabase();
const writer = createPool(database.url, { applicationName: 'test-writer', role: 'audit_writer', max: 2 });
const store = createStore(writer, { writer: 'test' });
afterAll(async () => {
  await writer.end();
  await database.drop();
});

let lastMs = Date.now();
function buildRows(count: number): readonly EventRow[] {
  return Array.from({ length: count }, () => buildRow({ id: uuidAt((lastMs += 1)) }));
}

function withPoison(rows: readonly EventRow[], at: number, poison: Partial<EventRow>): readonly EventRow[] {
  return rows.map((row, index) => (index === at ? { ...row, ...poison } : row));
}

/** Counts what reaches Postgres. */
function counting(): Store & { calls: number } {
  const counted = {
    calls: 0,
    storeBatch: async (...args: Parameters<Store['storeBatch']>) => {
      counted.calls += 1;
      return store.storeBatch(...args);
    },
  };
  return counted;
}

/** Too long for an index and not compressible. */
const OVERSIZE = Array.from({ length: 3000 }, (_, index) =>
  String.fromCharCode(0x4e00 + ((index * 7919) % 20_000)),
).join('');

const POISON = {
  'a U+0000 in a text': [{ description: 'a\u0000b' }, ['22021', '22P05']],
  'a U+0000 in metadata': [{ metadata: '{"a":"\\u0000"}' }, ['22P05']],
  'a lone surrogate in metadata': [{ metadata: '{"a":"\\ud800"}' }, ['22P02']],
  'metadata that is no JSON': [{ metadata: '{"a":' }, ['22P02']],
  'metadata that closes its field': [{ metadata: '{}","user_id":"forged' }, ['22P02']],
  'a bad address': [{ ip_address: '999.1.1.1' }, ['22P02']],
  'an oversize indexed text': [{ user_id: OVERSIZE }, ['54000']],
  'a time out of range': [{ occurred_at: '294277-01-01T00:00:00Z' }, ['22008']],
  'metadata of depth 100000': [{ metadata: '['.repeat(100_000) + ']'.repeat(100_000) }, ['54001']],
} as const satisfies Readonly<Record<string, readonly [Partial<EventRow>, readonly string[]]>>;

describe('row 90: one poison row in 1000 costs itself alone', () => {
  it.each(Object.entries(POISON))('%s, with the line that COPY names', async (_name, [poison, sqlstates]) => {
    const rows = withPoison(buildRows(1000), 617, poison);
    const counted = counting();
    const result = await storeIsolating(counted, rows);
    expect(result).toMatchObject({ inserted: 999, duplicates: 0, rejected: [{ index: 617, id: rows[617]?.id }] });
    expect(sqlstates).toContain(result.rejected[0]?.sqlstate);
    expect(counted.calls).toBeLessThanOrEqual(4);
  });

  it.each(Object.entries(POISON))('%s, by halves on the idempotent path', async (_name, [poison, sqlstates]) => {
    const rows = withPoison(buildRows(1000), 617, poison);
    const counted = counting();
    const result = await storeIsolating(counted, rows, { idempotent: true });
    expect(result).toMatchObject({ inserted: 999, duplicates: 0, rejected: [{ index: 617, id: rows[617]?.id }] });
    expect(sqlstates).toContain(result.rejected[0]?.sqlstate);
    expect(counted.calls).toBeLessThanOrEqual(12);
  });

  it('what is kept of the refusal holds none of the event', async () => {
    const secret = 'hunter2\u001b[31m';
    const rows = withPoison(buildRows(100), 50, { ip_address: secret });
    const { rejected } = await storeIsolating(store, rows);
    expect(rejected).toEqual([
      {
        index: 50,
        id: rows[50]?.id,
        sqlstate: '22P02',
        detail: expect.stringMatching(/^invalid input syntax for type inet/),
      },
    ]);
    expect(JSON.stringify(rejected)).not.toContain('hunter2');
  });
});

it('row 91: 1000 poison rows of 1000 are rejected in bounded statements, and the next batch is stored', async () => {
  const rows = buildRows(1000).map((row) => ({ ...row, ip_address: 'none' }));
  const counted = counting();
  const result = await storeIsolating(counted, rows);
  expect(result.inserted).toBe(0);
  expect(result.rejected.map((row) => row.index)).toEqual(rows.map((_, index) => index));
  expect(counted.calls).toBeLessThan(1500);
  expect(await store.storeBatch(buildRows(100))).toMatchObject({ inserted: 100, path: 'copy' });
});

describe('row 23: an id that comes again with another body', () => {
  it('keeps the first row, and the second is counted', async () => {
    const rows = buildRows(100);
    await store.storeBatch(rows);
    const again = rows.map((row, index) => (index % 10 === 0 ? { ...row, description: 'forged later' } : row));
    const result = await store.storeBatch(again);
    expect(result).toMatchObject({ inserted: 0, duplicates: 100 });
    expect(result.conflicting.toSorted()).toEqual(rows.flatMap((row, index) => (index % 10 === 0 ? [row.id] : [])));
    const kept = await database.pool.query(
      `select count(*)::int as count from audit_logs where description = 'forged later'`,
    );
    expect(kept.rows).toEqual([{ count: 0 }]);
  });

  it('within one batch the first is kept and the second is counted', async () => {
    const [first] = buildRows(1);
    if (first === undefined) throw new Error('no row');
    const result = await store.storeBatch([first, { ...first, description: 'second' }]);
    expect(result).toMatchObject({ inserted: 1, duplicates: 1, conflicting: [first.id] });
  });

  it.each([
    ['metadata', { metadata: '{"other":1}' }],
    ['metadata that went', { metadata: null }],
    ['address', { ip_address: '203.0.113.8' }],
    ['time', { occurred_at: '2020-01-01T00:00:00Z' }],
    ['actor', { user_id: null }],
  ] as const)('another %s is another body', async (_name, change) => {
    const rows = buildRows(2);
    await store.storeBatch(rows);
    const result = await store.storeBatch(rows.map((row, index) => (index === 0 ? { ...row, ...change } : row)));
    expect(result.conflicting).toEqual([rows[0]?.id]);
  });

  it.each([
    ['the order of keys', { metadata: '{"b":2,"a":1}' }],
    ['another producer, as after a retried request', { producer_id: 'other', producer_seq: 1 }],
    ['what a newer release judges otherwise', { flags: 64, schema_version: 2 }],
  ] as const)('%s is not', async (_name, change) => {
    const rows = buildRows(1).map((row) => ({ ...row, metadata: '{"a":1,"b":2}' }));
    await store.storeBatch(rows);
    expect((await store.storeBatch(rows.map((row) => ({ ...row, ...change })))).conflicting).toEqual([]);
  });
});

describe('row 19: hostile text is stored as it is', () => {
  it.each([false, true])('on both paths (idempotent: %s)', async (idempotent) => {
    const texts = Object.values(HOSTILE_TEXTS).map((text) => text.toWellFormed().replaceAll('\u0000', '\ufffd'));
    const rows = [...texts, ...buildRows(50).map(() => 'filler')].map((text) =>
      buildRow({ id: uuidAt((lastMs += 1)), description: text, user_id: text.slice(0, 200) }),
    );
    expect(await store.storeBatch(rows, { idempotent })).toMatchObject({ inserted: rows.length });
    const stored = await database.pool.query<{ description: string; user_id: string }>(
      'select description, user_id from audit_logs where id = any($1::uuid[]) order by id',
      [rows.map((row) => row.id)],
    );
    expect(stored.rows).toEqual(rows.map(({ description, user_id }) => ({ description, user_id })));
  });
});

describe('the writer can append and nothing else', () => {
  it.each([
    ['change a row', 'update audit_logs set description = null'],
    ['delete a row', 'delete from audit_logs'],
    ['empty the table', 'truncate audit_logs'],
    ['read another column', 'select user_id from audit_logs'],
    ['read a whole row', 'select * from audit_logs limit 1'],
    [
      'read a whole row by returning it',
      `insert into audit_logs (id, event_type, event_category, severity) values (gen_random_uuid(), 'a', 'info', 'info') returning user_id`,
    ],
    [
      'overwrite on conflict',
      `insert into audit_logs (id, event_type, event_category, severity) values (gen_random_uuid(), 'a', 'info', 'info') on conflict (id) do update set description = 'x'`,
    ],
    ['reach around into a partition', 'delete from audit_logs_default'],
    [
      'write into a partition',
      `insert into audit_logs_default (id, event_type, event_category, severity) values (gen_random_uuid(), 'a', 'info', 'info')`,
    ],
    ['change the ledger', 'update audit_batches set rows = 0'],
    ['delete from the ledger', 'delete from audit_batches'],
    ['read the ledger', 'select rows from audit_batches'],
    ['read the view', 'select id from security_events'],
    ['read keys', 'select key_hash from api_keys'],
    ['make a key', `insert into api_keys (name, key_hash, scopes) values ('x', repeat('a', 64), '{admin}')`],
    ['forget a migration', 'delete from audit_migrations'],
    ['drop the table', 'drop table audit_logs'],
    ['add a column', 'alter table audit_logs add column x int'],
    [
      'drop a partition',
      `select audit_drop_partition('audit_logs', (select name from audit_partitions('audit_logs') limit 1))`,
    ],
    ['make a partition', `select audit_create_partition('audit_logs', 'audit_logs_x', '2050-01-01', '2051-01-01')`],
    ['make a table', 'create table mine (id int)'],
    ['make a role', 'create role mine'],
    ['turn a sequence back', `select setval('audit_batches_seq', 1)`],
  ])('it may not %s', async (_what, statement) => {
    await store.storeBatch(buildRows(1));
    await expect(writer.query(statement)).rejects.toMatchObject({ code: '42501' });
  });

  it('it may read ids, and learn which of the events it brings differ', async () => {
    await expect(writer.query('select id from audit_logs limit 1')).resolves.toMatchObject({ rowCount: 1 });
  });
});

describe('the reader can read events and ledger and nothing else', () => {
  const reader = createPool(`${database.url}?options=${encodeURIComponent('-c role=audit_reader')}`, {
    applicationName: 'test-reader',
    max: 1,
  });
  afterAll(async () => reader.end());

  it.each(['audit_logs', 'audit_batches', 'security_events', 'audit_event_findings', 'audit_event_states'])(
    'it may read %s',
    async (table) => {
      const visible = await reader.query(`select count(*)::int as rows from ${table}`);
      const all = await database.pool.query(`select count(*)::int as rows from ${table}`);
      expect(visible.rows).toEqual(all.rows);
    },
  );

  it.each([
    'select * from api_keys',
    'delete from audit_logs',
    `update audit_logs set user_id = 'x'`,
    'insert into audit_batches default values',
  ])('it may not: %s', async (statement) => {
    await expect(reader.query(statement)).rejects.toMatchObject({ code: '42501' });
  });
});
