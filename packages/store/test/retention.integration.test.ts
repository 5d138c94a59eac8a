import { EVENT_FLAGS } from '@auditlane/schema';
import { buildRow, createTestDatabase, uuidAt } from '@auditlane/testkit';
import { describe, expect, it } from 'vitest';

import { createStore, dropExpiredPartitions, ensurePartitions, toPartitionName } from '../src/index.ts';
import { idAt, namesOf, openReader, partitionOf } from './partition-helpers.ts';

const DAY_MS = 86_400_000;
const NOW = new Date('2031-05-14T12:00:00Z');

describe('dropping expired partitions', () => {
  const retentionDays = 90;
  const later = new Date(NOW.getTime() + 100 * DAY_MS);

  it('drops what ended before the retention, and only that, once', async () => {
    await using database = await createTestDatabase();
    await ensurePartitions(database.pool, { now: NOW });
    const old = buildRow({ id: uuidAt(NOW.getTime()) });
    await createStore(database.pool, { writer: 'w' }).storeBatch([old]);
    const edge = new Date(Date.parse('2031-05-15T00:00:00Z') + retentionDays * DAY_MS);
    const before = await dropExpiredPartitions(database.pool, { retentionDays, now: new Date(edge.getTime() - 1) });
    expect(before.dropped).not.toContain('audit_logs_20310514_20310515');
    const result = await dropExpiredPartitions(database.pool, { retentionDays, now: edge });
    expect(result.dropped).toContain('audit_logs_20310514_20310515');
    expect(await namesOf(database, 'audit_logs')).toContain('audit_logs_20310515_20310516');
    expect(await partitionOf(database, old.id)).toBeUndefined();
    expect(await dropExpiredPartitions(database.pool, { retentionDays, now: edge })).toEqual({
      dropped: [],
      deletedFromDefault: 0,
      deletedBeside: 0,
    });
  });

  it('drops nothing because the clock of this machine is ten years ahead', async () => {
    await using database = await createTestDatabase();
    await ensurePartitions(database.pool, { now: new Date() });
    const event = buildRow({ id: uuidAt(Date.now()) });
    await createStore(database.pool, { writer: 'w' }).storeBatch([event]);
    const partition = await partitionOf(database, event.id);
    expect(partition).toMatch(/^audit_logs_\d{8}_\d{8}$/);
    const clock = (): number => Date.now() + 3650 * DAY_MS;
    expect((await dropExpiredPartitions(database.pool, { retentionDays, clock })).dropped).toEqual([]);
    expect(await partitionOf(database, event.id)).toBe(partition);
    // With that time as the truth it goes: what kept it is the clock of Postgres.
    const believed = await dropExpiredPartitions(database.pool, { retentionDays, now: new Date(clock()) });
    expect(believed.dropped).toContain(partition);
    expect(await partitionOf(database, event.id)).toBeUndefined();
  });

  it('drops the ledger with the events', async () => {
    await using database = await createTestDatabase();
    const result = await dropExpiredPartitions(database.pool, { retentionDays, now: later });
    expect(result.dropped.filter((name) => name.startsWith('audit_batches_')).length).toBeGreaterThanOrEqual(3);
    expect(await namesOf(database, 'audit_batches')).toEqual(['audit_batches_default']);
  });

  it('deletes from DEFAULT by the time in the id, and by the time of storing where the id is doubtful', async () => {
    await using database = await createTestDatabase();
    const expired = uuidAt(later.getTime() - 91 * DAY_MS);
    const rows = [
      buildRow({ id: expired }),
      buildRow({ id: uuidAt(later.getTime() - 89 * DAY_MS) }),
      buildRow({ id: uuidAt(0), flags: EVENT_FLAGS.timeSuspect }),
      buildRow({ id: idAt('2090-01-01'), flags: EVENT_FLAGS.timeSuspect }),
    ];
    await createStore(database.pool, { writer: 'w' }).storeBatch(rows);
    await database.pool.query('update audit_logs set stored_at = $1', [later]);
    expect(await dropExpiredPartitions(database.pool, { retentionDays, now: later })).toMatchObject({
      deletedFromDefault: 1,
    });
    const left = await database.pool.query<{ id: string }>('select id from audit_logs');
    expect(left.rows.map((row) => row.id).toSorted()).toEqual(
      rows
        .slice(1)
        .map((row) => row.id)
        .toSorted(),
    );
    await database.pool.query('update audit_logs set stored_at = $1 where flags <> 0', [
      new Date(later.getTime() - 91 * DAY_MS),
    ]);
    expect(await dropExpiredPartitions(database.pool, { retentionDays, now: later })).toMatchObject({
      deletedFromDefault: 2,
    });
  });

  it('deletes what was learned about expired events, and keeps the rest', async () => {
    await using database = await createTestDatabase();
    const ids = [uuidAt(later.getTime() - 91 * DAY_MS), uuidAt(later.getTime())];
    for (const id of ids) {
      await database.pool.query('insert into audit_event_findings (event_id, risk_score) values ($1, 5)', [id]);
      await database.pool.query('insert into audit_event_states (event_id, processed_at) values ($1, now())', [id]);
    }
    expect(await dropExpiredPartitions(database.pool, { retentionDays, now: later })).toMatchObject({
      deletedBeside: 2,
    });
    const left = await database.pool.query(
      'select event_id from audit_event_findings join audit_event_states using (event_id)',
    );
    expect(left.rows).toEqual([{ event_id: ids[1] }]);
  });

  it('by four processes at once, beside one that prepares, does each thing once', async () => {
    await using database = await createTestDatabase();
    await ensurePartitions(database.pool, { now: NOW });
    const expected = (await namesOf(database, 'audit_logs')).filter((name) => name !== 'audit_logs_default');
    const [, ...results] = await Promise.all([
      ensurePartitions(database.pool, { now: later }),
      ...Array.from({ length: 4 }, () => dropExpiredPartitions(database.pool, { retentionDays, now: later })),
    ]);
    const dropped = results.flatMap((result) => ('dropped' in result ? result.dropped : []));
    expect(new Set(dropped).size).toBe(dropped.length);
    expect(expected.filter((name) => dropped.includes(name))).toEqual(expected);
    expect(await namesOf(database, 'audit_logs')).toContain(
      toPartitionName('audit_logs', { fromMs: Date.parse('2031-08-22'), toMs: Date.parse('2031-08-23') }),
    );
  });

  it('waits for an open reader without stopping the writers', async () => {
    await using database = await createTestDatabase();
    await ensurePartitions(database.pool, { now: NOW });
    const reader = await openReader(database);
    let isDropped = false;
    const dropping = dropExpiredPartitions(database.pool, { retentionDays, now: later });
    void dropping.finally(() => (isDropped = true));
    const store = createStore(database.pool, { writer: 'w' });
    for (let batch = 0; batch < 5; batch += 1) {
      await store.storeBatch(Array.from({ length: 60 }, () => buildRow()));
    }
    expect(isDropped).toBe(false);
    await reader.end();
    expect((await dropping).dropped.length).toBeGreaterThanOrEqual(9);
  });
});
