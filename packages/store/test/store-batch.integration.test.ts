import { HOSTILE_TEXTS, buildRow, createTestDatabase, uuidAt } from '@auditlane/testkit';
import type { EventRow } from '@auditlane/schema';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

import { SMALL_BATCH_ROWS, createPool, createStore } from '../src/index.ts';
import { COPY_COLUMNS } from '../src/storing/copy-line.ts';

const database = await createTestDatabase();
const writer = createPool(database.url, { applicationName: 'test-writer', role: 'audit_writer', max: 2 });
const store = createStore(writer, { writer: `o'brien\\:1` });
afterAll(async () => {
  await writer.end();
  await database.drop();
});

const DAY_MS = 86_400_000;
let lastMs = Date.now() - DAY_MS / 2;

/** Rows in rising order of id. */
function buildRows(count: number, overrides: Partial<EventRow> = {}): readonly EventRow[] {
  return Array.from({ length: count }, () => buildRow({ id: uuidAt((lastMs += 1)), ...overrides }));
}

async function readRows(ids: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const answer = await database.pool.query<Record<string, unknown>>(
    `select ${COPY_COLUMNS.join(', ')}, metadata::text as metadata, host(ip_address) as ip_address, producer_seq::float8 as producer_seq
     from audit_logs where id = any($1::uuid[]) order by id`,
    [ids],
  );
  return answer.rows;
}

async function readLedgerOf(ids: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const answer = await database.pool.query<Record<string, unknown>>(
    `select b.rows, b.first_id, b.last_id, b.writer, b.generation, b.stored_at = min(l.stored_at) as same_time, count(*)::int as found
     from audit_batches b join audit_logs l on l.batch = b.xid
     where l.id = any($1::uuid[]) group by b.xid, b.seq, b.rows, b.first_id, b.last_id, b.writer, b.generation, b.stored_at order by b.xid, b.seq`,
    [ids],
  );
  return answer.rows;
}

function idsOf(rows: readonly EventRow[]): readonly string[] {
  return rows.map((row) => row.id);
}

describe.each([
  ['by COPY', {}, SMALL_BATCH_ROWS, 'copy'],
  ['idempotently because asked', { idempotent: true }, SMALL_BATCH_ROWS, 'idempotent'],
  ['idempotently because small', {}, SMALL_BATCH_ROWS - 1, 'idempotent'],
] as const)('a batch stored %s', (_title, options, count, path) => {
  it('has one row of the ledger in the same transaction', async () => {
    const rows = buildRows(count);
    const result = await store.storeBatch(rows.toReversed(), options);
    expect(result).toEqual({ kind: 'stored', inserted: count, duplicates: 0, conflicting: [], path });
    expect(await readLedgerOf(idsOf(rows))).toEqual([
      {
        rows: count,
        first_id: rows.at(0)?.id,
        last_id: rows.at(-1)?.id,
        writer: `o'brien\\:1`,
        generation: 1,
        same_time: true,
        found: count,
      },
    ]);
  });

  it('delivered again is absorbed whole, and leaves no row of the ledger', async () => {
    const rows = buildRows(count);
    await store.storeBatch(rows, options);
    const result = await store.storeBatch(rows, options);
    expect(result).toEqual({ kind: 'stored', inserted: 0, duplicates: count, conflicting: [], path: 'idempotent' });
    expect(await readLedgerOf(idsOf(rows))).toHaveLength(1);
  });

  it('delivered again with new events stores only these', async () => {
    const old = buildRows(3);
    await store.storeBatch(old);
    const fresh = buildRows(count - 3);
    const result = await store.storeBatch([...fresh, ...old], options);
    expect(result).toMatchObject({ inserted: count - 3, duplicates: 3, conflicting: [] });
    expect((await readLedgerOf(idsOf(fresh))).map((batch) => [batch['rows'], batch['first_id']])).toEqual([
      [count - 3, fresh[0]?.id],
    ]);
  });

  it('with an event twice stores it once', async () => {
    const rows = buildRows(count - 1);
    const [twice] = rows;
    const result = await store.storeBatch([...rows, ...(twice === undefined ? [] : [twice])], options);
    expect(result).toMatchObject({ inserted: count - 1, duplicates: 1, conflicting: [] });
  });

  it('that is refused leaves nothing, and the connection works on', async () => {
    const rows = buildRows(count - 1);
    const bad = buildRow({ id: uuidAt((lastMs += 1)), ip_address: 'no address' });
    await expect(store.storeBatch([...rows, bad], options)).rejects.toMatchObject({
      code: 'poison',
      sqlstate: '22P02',
      line: path === 'copy' ? count : null,
    });
    expect(await readRows(idsOf(rows))).toEqual([]);
    const before = writer.totalCount;
    expect(await store.storeBatch(rows, options)).toMatchObject({ inserted: count - 1 });
    expect(writer.totalCount).toBe(before);
  });

  it('comes out as it went in, every field of it', async () => {
    const full = buildRows(count - 1, {
      event_domain: 'account',
      source: 's',
      tenant_id: 't',
      correlation_id: 'c',
      outcome: 'denied',
      user_agent: 'u',
      flags: 513,
      occurred_at: '2026-11-21T10:30:00.123456Z',
      ip_address: '2001:db8::1',
    });
    const bare = buildRow({
      ...Object.fromEntries(COPY_COLUMNS.map((column) => [column, null])),
      id: uuidAt((lastMs += 1)),
      event_type: 'e',
      event_category: 'info',
      severity: 'info',
      schema_version: 1,
      flags: 0,
    });
    const rows = [...full, bare];
    await store.storeBatch(rows, options);
    const stored = await readRows(idsOf(rows));
    const expected = rows.map((row) => ({
      ...row,
      occurred_at: row.occurred_at === null ? null : new Date(row.occurred_at),
      metadata: row.metadata === null ? null : JSON.stringify(JSON.parse(row.metadata)).replaceAll(':', ': '),
    }));
    expect(stored).toEqual(expected);
  });

  it('keeps any text exactly, in every text column', async () => {
    const anyText = fc.oneof(
      fc.constantFrom(...Object.values(HOSTILE_TEXTS).map(toStorable)),
      fc.string({
        unit: fc.constantFrom('\\', '\t', '\n', '\r', '\b', '\f', '\v', 'N', '.', 'n', 't', "'", '"', 'ä', '😀', ''),
        maxLength: 40,
      }),
      fc.string({ unit: 'grapheme', maxLength: 60 }).map(toStorable),
    );
    const columns = [
      'user_id',
      'resource_type',
      'resource_id',
      'source',
      'tenant_id',
      'host',
      'description',
      'user_agent',
      'producer_id',
    ] as const;
    const anyRow = fc.record(Object.fromEntries(columns.map((column) => [column, fc.option(anyText)])));
    const anyBatch = fc.array(fc.tuple(anyRow, fc.option(anyText)), { minLength: count, maxLength: count });
    await fc.assert(
      fc.asyncProperty(anyBatch, async (batch) => {
        const rows = batch.map(([texts, note]) =>
          buildRow({ id: uuidAt((lastMs += 1)), ...texts, metadata: JSON.stringify({ note, [note ?? '']: [note] }) }),
        );
        await store.storeBatch(rows, options);
        const stored = await readRows(idsOf(rows));
        expect(stored.map((row) => columns.map((column) => row[column]))).toEqual(
          rows.map((row) => columns.map((column) => row[column])),
        );
        expect(stored.map((row) => JSON.parse(String(row['metadata'])))).toEqual(
          rows.map((row) => JSON.parse(row.metadata ?? '')),
        );
      }),
      { numRuns: 30 },
    );
  });
});

/** What Postgres can hold: U+0000 and lone surrogates are taken out where events are decoded. */
function toStorable(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '');
}

it('nothing stores nothing and asks nobody', async () => {
  const unreachable = createPool('postgres://nobody@127.0.0.1:1/none', { applicationName: 'test' });
  expect(await createStore(unreachable, { writer: 'w' }).storeBatch([])).toMatchObject({ inserted: 0, duplicates: 0 });
});

it('created_at is the time of the id and batch is the transaction, whoever stores', async () => {
  const rows = buildRows(60);
  await store.storeBatch(rows);
  const answer = await database.pool.query<{ at: Date; batches: string }>(
    'select created_at as at, count(batch) over (partition by batch) as batches from audit_logs where id = any($1::uuid[]) order by id',
    [idsOf(rows)],
  );
  expect(answer.rows.map((row) => row.at.getTime())).toEqual(
    rows.map((row) => Number.parseInt(row.id.slice(0, 8) + row.id.slice(9, 13), 16)),
  );
  expect(new Set(answer.rows.map((row) => row.batches))).toEqual(new Set(['60']));
});

it('an id far in the past or the future is stored in DEFAULT', async () => {
  const rows = [buildRow({ id: uuidAt(0) }), buildRow({ id: uuidAt(Date.parse('2090-01-01')) })];
  expect(await store.storeBatch(rows)).toMatchObject({ inserted: 2 });
  const answer = await database.pool.query(
    'select count(*)::int as count from audit_logs_default where id = any($1::uuid[])',
    [idsOf(rows)],
  );
  expect(answer.rows).toEqual([{ count: 2 }]);
});

it('two writers with the same events in opposite order store each once, without a deadlock', async () => {
  for (let round = 0; round < 10; round += 1) {
    const rows = buildRows(200);
    const results = await Promise.all(
      [
        store.storeBatch(rows),
        store.storeBatch(rows.toReversed()),
        store.storeBatch(rows.toReversed(), { idempotent: true }),
      ].map((promise) => promise.catch((error: unknown) => error)),
    );
    expect(results).toEqual(results.map(() => expect.objectContaining({ kind: 'stored' })));
    expect(await readRows(idsOf(rows))).toHaveLength(200);
  }
});
