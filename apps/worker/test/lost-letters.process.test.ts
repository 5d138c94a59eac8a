import { useDatabase, useRedis, waitFor } from '@auditlane/testkit';
import { beforeEach, expect, test } from 'vitest';
import { DeadLetter } from '@auditlane/schema';
import { buildEntries, createFleet, emptyTables, lockStore, whenStoring } from './fleet.ts';

const redis = await useRedis();
const database = await useDatabase();
const fleet = createFleet({ redis, database });

await database.pool.query(`alter table audit_logs add constraint no_poison check (user_id <> 'poison')`);
beforeEach(async () => {
  await redis.redis.flushall();
  await emptyTables(database);
});

test('poison that a worker holds when Redis loses its data set is kept in the table, and its neighbours are stored', async () => {
  const [good, poison] = [buildEntries(50), buildEntries(2, { user_id: 'poison' })];
  await fleet.push([...good.slice(0, 20), ...poison, ...good.slice(20)]);
  await redis.redis.lpush('audit:queue', 'no JSON');
  const unlock = await lockStore(database);
  await using worker = fleet.start();
  await whenStoring(database, 1);
  await redis.redis.flushall();
  await unlock();
  const line = await worker.waitForLine('redis lost dead letters, they are in audit_dead_letters');
  expect(line.json).toMatchObject({ level: 'error', dead_letters: 3, kept: 3 });

  const { rows } = await database.pool.query<{ id: string; line: Buffer; reason: string; entry_id: string | null }>(
    'select id, line, reason, entry_id from audit_dead_letters order by reason, id',
  );
  expect(rows.map(({ reason, entry_id: entryId }) => ({ reason, entryId }))).toEqual([
    ...poison.map(({ id }) => ({ reason: 'rejected_by_postgres', entryId: id })),
    { reason: 'undecodable', entryId: null },
  ]);
  const letters = rows.map(({ line: text }) => DeadLetter.parse(JSON.parse(text.toString())));
  expect(letters.map(({ raw }) => raw)).toEqual([...poison.map((entry) => entry.line), 'no JSON']);
  expect(await fleet.rowCount()).toBe(50);
  expect(await redis.redis.llen('audit:failed')).toBe(0);
});

test('entries of a newer release that a worker holds when Redis loses its data set are held again', async () => {
  const [good, newer] = [buildEntries(50), buildEntries(3, { v: 2 })];
  await fleet.push([...newer.slice(0, 1), ...good, ...newer.slice(1)]);
  const unlock = await lockStore(database);
  await using worker = fleet.start();
  await whenStoring(database, 1);
  await redis.redis.flushall();
  await unlock();
  const line = await worker.waitForLine('redis lost held entries, they are in the queue again');
  expect(line.json).toMatchObject({ level: 'error', held: 3, kept: 3 });
  await waitFor(async () => (await redis.redis.llen('audit:hold')) === 3);
  expect((await redis.redis.lrange('audit:hold', 0, -1)).toReversed()).toEqual(newer.map((entry) => entry.line));
  expect(await fleet.rowCount()).toBe(50);
  expect(await fleet.queue.inspect()).toMatchObject({ held: 3, main: { depth: 0 }, conservationDifference: 0 });
});
