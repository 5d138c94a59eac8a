import { createStore, ensurePartitions, listPartitions, readBarrier } from '@auditlane/store';
import type { Pool } from '@auditlane/store';
import { buildRow, createTestDatabase, uuidAt, waitFor } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { createPartitionsTask } from '../src/tasks/partitions.ts';
import { createRetentionTask } from '../src/tasks/retention.ts';
import { createSummarizeTask } from '../src/tasks/summarize.ts';
import type { Task } from '../src/tasks/task.ts';
import { isFailing, maintain, openLog } from './maintain.ts';

const DAY_MS = 86_400_000;
const RETENTION_DAYS = 30;
const daysAgo = (days: number): number => Date.now() - days * DAY_MS;

async function namesOf(pool: Pool): Promise<readonly string[]> {
  return (await listPartitions(pool, 'audit_logs')).map(({ name }) => name);
}

async function resourcesOf(pool: Pool, eventType: string): Promise<readonly unknown[]> {
  const answer = await pool.query<Record<string, unknown>>(
    `select resource_id from audit_logs where event_type = $1 and source = 'auditlane' order by id`,
    [eventType],
  );
  return answer.rows.map((row) => row['resource_id']);
}

async function dropFuture(pool: Pool): Promise<void> {
  for (const { name, range } of await listPartitions(pool, 'audit_logs')) {
    if (range !== null && range.fromMs > Date.now()) await pool.query(`drop table ${name}`);
  }
}

const partitionsOf = (pool: Pool, log = openLog()): Task =>
  createPartitionsTask({ pool, retentionDays: RETENTION_DAYS, log: log.log });
const retentionOf = (pool: Pool): Task => createRetentionTask({ pool, retentionDays: RETENTION_DAYS });

test('partitions that were lost are made again, 7 days ahead, and a second run finds nothing to do', async () => {
  await using database = await createTestDatabase();
  const before = await namesOf(database.pool);
  await dropFuture(database.pool);
  const lost = before.length - (await namesOf(database.pool)).length;
  expect(lost).toBeGreaterThanOrEqual(7);
  const first = await partitionsOf(database.pool).run();
  expect(first).toMatchObject({ created: { length: lost }, ahead_days: 7, rows_in_default: 0 });
  expect(await namesOf(database.pool)).toEqual(before);
  expect(await partitionsOf(database.pool).run()).toMatchObject({ created: [], ahead_days: 7 });
});

test('a stalled run of partitions that runs twice at once makes each partition once', async () => {
  await using database = await createTestDatabase();
  const before = await namesOf(database.pool);
  await dropFuture(database.pool);
  const outcomes = await Promise.all(Array.from({ length: 4 }, () => partitionsOf(database.pool).run()));
  const created = outcomes.flatMap((details) => details['created']);
  expect(new Set(created).size).toBe(created.length);
  expect(await namesOf(database.pool)).toEqual(before);
});

test('events that wait in the default partition are moved, and those too far away are told', async () => {
  await using database = await createTestDatabase();
  await dropFuture(database.pool);
  const soon = buildRow({ id: uuidAt(Date.now() + 3 * DAY_MS) });
  const far = buildRow({ id: uuidAt(Date.now() + 4000 * DAY_MS) });
  await createStore(database.pool, { writer: 'w' }).storeBatch([soon, far]);
  const log = openLog();
  expect(await partitionsOf(database.pool, log).run()).toMatchObject({ moved_rows: 1, rows_in_default: 1 });
  expect(log.lines).toMatchObject([{ level: 'warn', rows_in_default: 1 }]);
});

test('retention drops what ended before it, whole, keeps the rest, and a second run finds nothing to do', async () => {
  await using database = await createTestDatabase();
  const kept = await namesOf(database.pool);
  await ensurePartitions(database.pool, { now: new Date(daysAgo(60)), width: 'day' });
  const old = buildRow({ id: uuidAt(daysAgo(58)) });
  const young = buildRow({ id: uuidAt(Date.now()) });
  await createStore(database.pool, { writer: 'w' }).storeBatch([old, young]);
  const first = await retentionOf(database.pool).run();
  expect(first).toMatchObject({ retention_days: RETENTION_DAYS });
  expect(first['dropped']).not.toHaveLength(0);
  expect(await namesOf(database.pool)).toEqual(kept);
  const left = await database.pool.query(`select id from audit_logs where source is distinct from 'auditlane'`);
  expect(left.rows).toEqual([{ id: young.id }]);
  expect(await retentionOf(database.pool).run()).toMatchObject({ dropped: [], deleted_from_default: 0 });
  // what changed what is kept is in the log, thing by thing
  expect(await resourcesOf(database.pool, 'audit.retention.run')).toEqual(first['dropped']);
});

test('a partition that is made later is an event, and those of a new database are not', async () => {
  await using database = await createTestDatabase();
  await dropFuture(database.pool);
  expect(await resourcesOf(database.pool, 'audit.partitions.changed')).toEqual([]);
  const made = await partitionsOf(database.pool).run();
  expect(await resourcesOf(database.pool, 'audit.partitions.changed')).toEqual(made['created']);
});

test('what retention drops before the loss ledger has read it does not look lost afterwards', async () => {
  await using database = await createTestDatabase();
  await ensurePartitions(database.pool, { now: new Date(daysAgo(60)), width: 'day' });
  const at = (days: number, n: number) => buildRow({ id: uuidAt(daysAgo(days)), producer_id: 'p', producer_seq: n });
  await createStore(database.pool, { writer: 'w' }).storeBatch([at(58, 1), at(58, 2), at(0, 4)]);
  // open transactions of other tests keep the ledger's readers back
  const { barrier } = await readBarrier(database.pool, null);
  await waitFor(async () => (await readBarrier(database.pool, barrier)).isPassed, { message: 'held back' });
  await retentionOf(database.pool).run();
  const answer = await database.pool.query('select holes::text as holes from audit_producers');
  expect(answer.rows).toEqual([{ holes: '{[3,4)}' }]);
});

test('a stalled run of retention that runs twice at once drops each partition once', async () => {
  await using database = await createTestDatabase();
  const kept = await namesOf(database.pool);
  await ensurePartitions(database.pool, { now: new Date(daysAgo(60)), width: 'day' });
  const outcomes = await Promise.all(Array.from({ length: 3 }, () => retentionOf(database.pool).run()));
  const dropped = outcomes.flatMap((details) => details['dropped']);
  expect(dropped.length).toBeGreaterThan(0);
  expect(new Set(dropped).size).toBe(dropped.length);
  expect(await namesOf(database.pool)).toEqual(kept);
});

test('summarising covers new rows once, whether one process does it or two at once', async () => {
  await using database = await createTestDatabase();
  // An index range is 32 pages, and the one that is still being filled is left.
  const rows = Array.from({ length: 3000 }, (_, index) => buildRow({ id: uuidAt(Date.now() + index) }));
  await createStore(database.pool, { writer: 'w' }).storeBatch(rows);
  const task = createSummarizeTask(database.pool);
  const both = await Promise.all([task.run(), task.run()]);
  expect(both.reduce((sum, details) => sum + Number(details['ranges']), 0)).toBeGreaterThan(0);
  expect(await task.run()).toEqual({ ranges: 0 });
});

test.each([
  ['partitions', partitionsOf],
  ['retention', retentionOf],
] as const)('a run of %s that Postgres refuses fails visibly, and the next one recovers', async (name, create) => {
  await using database = await createTestDatabase();
  const { runner, lastRun, lines } = maintain(database.pool);
  await database.pool.query('alter table audit_logs rename to elsewhere');
  expect(await runner.run(create(database.pool))).toMatchObject({ kind: 'failed', error: { code: 'deploy' } });
  const failed = await lastRun(name);
  expect(failed).toMatchObject({ status: 'failed', host: 'test-host', pid: 42, details: null });
  expect(failed?.error).toMatch(/audit_logs/u);
  expect(isFailing(failed)).toBe(true);
  expect(lines.at(-1)).toMatchObject({ level: 'error', task: name, msg: 'maintenance run failed' });
  await database.pool.query('alter table elsewhere rename to audit_logs');
  expect(await runner.run(create(database.pool))).toEqual({ kind: 'succeeded' });
  const recovered = await lastRun(name);
  expect(recovered).toMatchObject({ status: 'succeeded', error: null, lastFailure: failed?.error });
  expect(isFailing(recovered)).toBe(false);
});
