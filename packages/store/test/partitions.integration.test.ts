import { buildRow, createTestDatabase, uuidAt, waitFor } from '@auditlane/testkit';
import { describe, expect, it } from 'vitest';

import { createStore, ensurePartitions } from '../src/index.ts';
import { withDdlRetries } from '../src/postgres/with-ddl-retries.ts';
import { idAt, openReader, partitionOf } from './partition-helpers.ts';

const DAY_MS = 86_400_000;
const NOW = new Date('2031-05-14T12:00:00Z');

describe('preparing partitions', () => {
  it('makes them seven days ahead, and the second call finds all there', async () => {
    await using database = await createTestDatabase();
    const first = await ensurePartitions(database.pool, { now: NOW });
    expect(first).toMatchObject({ width: 'day', movedRows: 0, rowsInDefault: 0 });
    expect(first.created).toHaveLength(9 + 4);
    expect(first.aheadDays).toBeGreaterThanOrEqual(7);
    expect(await ensurePartitions(database.pool, { now: NOW })).toMatchObject({
      created: [],
      aheadDays: first.aheadDays,
    });
  });

  it('gives a partition the indexes, the generated column and the defaults of the table', async () => {
    await using database = await createTestDatabase();
    await ensurePartitions(database.pool, { now: NOW });
    const answer = await database.pool.query(
      `select
         (select count(*)::int from pg_index where indrelid = 'audit_logs'::regclass) as wanted,
         (select count(*)::int from pg_index where indrelid = 'audit_logs_20310514_20310515'::regclass and indisvalid) as found,
         (select count(*)::int from pg_inherits where inhparent in (select indexrelid from pg_index where indrelid = 'audit_logs'::regclass)
            and inhrelid in (select indexrelid from pg_index where indrelid = 'audit_logs_20310514_20310515'::regclass)) as attached`,
    );
    expect(answer.rows).toEqual([{ wanted: 6, found: 6, attached: 6 }]);
    const row = buildRow({ id: idAt('2031-05-14T00:00:00.001Z') });
    await createStore(database.pool, { writer: 'w' }).storeBatch([row]);
    expect(await partitionOf(database, row.id)).toBe('audit_logs_20310514_20310515');
    const stored = await database.pool.query(
      `select created_at, batch::text = (select xid::text from audit_batches) as same from audit_logs`,
    );
    expect(stored.rows).toEqual([{ created_at: new Date('2031-05-14T00:00:00.001Z'), same: true }]);
  });

  it('puts an id at a bound into the partition that begins there', async () => {
    await using database = await createTestDatabase();
    await ensurePartitions(database.pool, { now: NOW });
    const rows = ['2031-05-13T23:59:59.999Z', '2031-05-14T00:00:00.000Z'].map((time) => buildRow({ id: idAt(time) }));
    await createStore(database.pool, { writer: 'w' }).storeBatch(rows);
    expect(await Promise.all(rows.map((row) => partitionOf(database, row.id)))).toEqual([
      'audit_logs_20310513_20310514',
      'audit_logs_20310514_20310515',
    ]);
  });

  it('moves the rows of its range out of DEFAULT, whole, and leaves the others', async () => {
    await using database = await createTestDatabase();
    const inside = Array.from({ length: 200 }, (_, index) => buildRow({ id: uuidAt(NOW.getTime() + index * 60_000) }));
    const outside = buildRow({ id: idAt('2090-01-01') });
    await createStore(database.pool, { writer: 'w' }).storeBatch([...inside, outside]);
    const before = await database.pool.query('select * from audit_logs order by id');
    const result = await ensurePartitions(database.pool, { now: NOW });
    expect(result).toMatchObject({ movedRows: 200, rowsInDefault: 1 });
    expect(await partitionOf(database, inside[0]?.id ?? '')).toBe('audit_logs_20310514_20310515');
    expect(await partitionOf(database, outside.id)).toBe('audit_logs_default');
    expect((await database.pool.query('select * from audit_logs order by id')).rows).toEqual(before.rows);
  });

  it('by four processes at once makes each partition once', async () => {
    await using database = await createTestDatabase();
    const results = await Promise.all(Array.from({ length: 4 }, () => ensurePartitions(database.pool, { now: NOW })));
    const created = results.flatMap((result) => result.created);
    expect(created).toHaveLength(13);
    expect(new Set(created).size).toBe(13);
  });

  it('while writers write to DEFAULT and to the table loses no row', async () => {
    await using database = await createTestDatabase();
    const store = createStore(database.pool, { writer: 'w' });
    let isDone = false;
    let written = 0;
    const write = async (): Promise<void> => {
      while (!isDone) {
        await store.storeBatch(
          Array.from({ length: 60 }, () => buildRow({ id: uuidAt(NOW.getTime() + (written += 1) * 1000) })),
        );
      }
    };
    const writers = [write(), write()];
    const result = await ensurePartitions(database.pool, { now: NOW });
    isDone = true;
    await Promise.all(writers);
    expect(result.created).toHaveLength(13);
    const count = await database.pool.query('select count(*)::int as count from audit_logs');
    expect(count.rows).toEqual([{ count: written }]);
  });

  it.each([1, 60])('stores a batch of %d that had chosen DEFAULT when its partition came', async (count) => {
    await using database = await createTestDatabase();
    const maker = await database.pool.connect();
    await maker.query('begin');
    await maker.query(`select audit_create_partition('audit_logs', 'made_meanwhile', '2031-05-14', '2031-05-15')`);
    const rows = Array.from({ length: count }, (_, index) => buildRow({ id: uuidAt(NOW.getTime() + index) }));
    const stored = createStore(database.pool, { writer: 'waits' }).storeBatch(rows);
    await waitFor(async () => {
      const waiting = await database.pool.query(
        `select from pg_locks where not granted and relation = 'audit_logs_default'::regclass`,
      );
      return waiting.rowCount;
    });
    await maker.query('commit');
    maker.release();
    expect(await stored).toMatchObject({ inserted: count, duplicates: 0 });
    expect(await partitionOf(database, rows[0]?.id ?? '')).toBe('made_meanwhile');
  });

  it('waits for an open reader without stopping the writers', async () => {
    await using database = await createTestDatabase();
    const store = createStore(database.pool, { writer: 'w' });
    const reader = await openReader(database);
    const ensured = ensurePartitions(database.pool, { now: NOW });
    let isEnsured = false;
    void ensured.finally(() => (isEnsured = true));
    for (let batch = 0; batch < 20; batch += 1) {
      await store.storeBatch(Array.from({ length: 60 }, () => buildRow()));
    }
    expect(isEnsured).toBe(false);
    await reader.end();
    expect((await ensured).created).toHaveLength(13);
  });

  it('follows the rate that the ledger measured', async () => {
    await using database = await createTestDatabase();
    const perDay = 2_000_000;
    await database.pool.query(
      `insert into audit_batches (rows, first_id, last_id, writer, stored_at)
       select $1, gen_random_uuid(), gen_random_uuid(), 'w', now() - day * interval '1 day' from generate_series(0, 3) as day`,
      [perDay],
    );
    expect((await ensurePartitions(database.pool, { now: NOW, retentionDays: 30 })).width).toBe('hour');
    await database.pool.query('delete from audit_batches');
    await database.pool.query(
      `insert into audit_batches (rows, first_id, last_id, writer, stored_at)
       select 10, gen_random_uuid(), gen_random_uuid(), 'w', now() - day * interval '1 day' from generate_series(0, 3) as day`,
    );
    expect((await ensurePartitions(database.pool, { now: new Date(NOW.getTime() + 60 * DAY_MS) })).width).toBe('month');
  });
});

it('a change that fails for another reason is tried once', async () => {
  await using database = await createTestDatabase();
  let runs = 0;
  const change = withDdlRetries(database.pool, async (client) => {
    runs += 1;
    await client.query('select 1 / 0');
  });
  await expect(change).rejects.toMatchObject({ sqlstate: '22012' });
  expect(runs).toBe(1);
});

it('a lock that is never free is given up with an error that may be retried', async () => {
  await using database = await createTestDatabase();
  const reader = await openReader(database);
  let runs = 0;
  const change = withDdlRetries(
    database.pool,
    async (client) => {
      runs += 1;
      await client.query('lock table audit_logs in access exclusive mode');
    },
    3,
  );
  await expect(change).rejects.toMatchObject({ code: 'outage', sqlstate: '55P03', isRetryable: true });
  expect(runs).toBe(3);
  await reader.end();
});
