import { connectRedis } from '@auditlane/queue';
import { createPool, migrate } from '@auditlane/store';
import { startTestPostgres, startTestRedis, useDatabase, useRedis, waitFor } from '@auditlane/testkit';
import { beforeEach, expect, test } from 'vitest';
import { KEYS, buildEntries, createFleet, emptyTables } from './fleet.ts';
import { openStatementCutter } from './statement-cutter.ts';

const redis = await useRedis();
const database = await useDatabase();
const fleet = createFleet({ redis, database });

beforeEach(() => emptyTables(database));

/** What the holder of each claim last said it does, and the attempts that count against the claim. */
const claimFields = async (place: number): Promise<readonly (string | undefined)[]> =>
  Object.values(await redis.redis.hgetall(KEYS.meta)).map((meta) => meta.split(':')[place]);
const attempts = (): ReturnType<typeof claimFields> => claimFields(1);
const holderStates = (): ReturnType<typeof claimFields> => claimFields(4);

test('ten workers killed while Postgres takes nothing make no dead letter', async () => {
  await using cutter = await openStatementCutter(database.url);
  const entries = buildEntries(50);
  await fleet.push(entries);
  for (let kills = 0; kills < 10; kills += 1) {
    const cutsBefore = cutter.cuts();
    await using doomed = fleet.start({ DATABASE_URL: cutter.url });
    // A worker that is killed before it has said so may have died of the batch, and its heirs begin later each time.
    await waitFor(async () => cutter.cuts() > cutsBefore && (await holderStates()).includes('waiting'), {
      message: 'a statement was cut, and its worker waits',
    });
    await doomed.kill();
  }
  expect(await fleet.stat('adopted')).toBeGreaterThanOrEqual(9);
  expect(await attempts()).toEqual(['1']);

  cutter.heal();
  await using _heir = fleet.start({ DATABASE_URL: cutter.url });
  await fleet.whenDrained();
  await fleet.expectStoredOnce(entries);
  expect(await redis.redis.llen('audit:failed')).toBe(0);
});

test('a right that is missing is waited for, and the batch is stored once it is granted', async () => {
  const entries = buildEntries(120);
  await database.pool.query('revoke insert on audit_batches from audit_writer');
  await fleet.push(entries);
  await using worker = fleet.start();
  await worker.waitForLine('postgres takes no batches, waiting');
  expect(await fleet.rowCount()).toBe(0);
  await database.pool.query('grant insert on audit_batches to audit_writer');
  await fleet.whenDrained();
  await fleet.expectStoredOnce(entries);
  expect(await redis.redis.llen('audit:failed')).toBe(0);
});

test('a Postgres that is killed and restarted under load loses and doubles nothing', async () => {
  await using server = await startTestPostgres();
  await migrate(server.url);
  const pool = createPool(server.url, { applicationName: 'fleet-test' });
  const own = createFleet({ redis, database: { url: server.url, pool } });
  const entries = buildEntries(30_000);
  await own.push(entries);
  await using first = own.start();
  await using second = own.start();
  for (let kills = 0; kills < 2; kills += 1) {
    const before = await own.stat('stored');
    await expect.poll(() => own.stat('stored'), { timeout: 30_000, interval: 2 }).toBeGreaterThan(before);
    await server.kill();
    await waitFor(async () => (await own.beats()).every((beat) => beat.postgres === 'away'));
    await server.restart();
  }
  await own.whenDrained(30_000);
  await own.expectStoredOnce(entries);
  expect(await redis.redis.llen('audit:failed')).toBe(0);
  expect([first.child.exitCode, second.child.exitCode]).toEqual([null, null]);
  await pool.end();
});

test('a Redis that is killed and restarted under load loses and doubles nothing', async () => {
  await using server = await startTestRedis({ appendfsync: 'always' });
  const client = connectRedis(server.url, { name: 'fleet-test' });
  const own = createFleet({ redis: { url: server.url, redis: client }, database });
  const entries = buildEntries(30_000);
  await own.push(entries);
  await using worker = own.start();
  for (let kills = 0; kills < 2; kills += 1) {
    const before = await own.stat('stored');
    await expect.poll(() => own.stat('stored'), { timeout: 30_000, interval: 2 }).toBeGreaterThan(before);
    await server.kill();
    await server.restart();
  }
  await own.whenDrained(30_000);
  await own.expectStoredOnce(entries);
  expect(worker.child.exitCode).toBeNull();
  client.disconnect();
});

test('told to stop while Postgres is away, a worker gives its batches back and exits 0', async () => {
  await using cutter = await openStatementCutter(database.url);
  const entries = buildEntries(60);
  await fleet.push(entries);
  const worker = fleet.start({ DATABASE_URL: cutter.url });
  await waitFor(async () => cutter.cuts() > 0 && (await fleet.queue.inspect()).inFlight.claims > 0);
  expect(await worker.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  const { inFlight, main, stats } = await fleet.queue.inspect();
  expect(inFlight.entries).toBe(0);
  expect(main.depth).toBe(60);
  expect(stats['released']).toBe(1);
  const back = (await redis.redis.lrange('audit:queue', 0, -1)).toReversed();
  expect(back.map((line) => line.slice(0, 60))).toEqual(entries.map(({ line }) => line.slice(0, 60)));
});

test('told to stop while Redis is away, a worker leaves its claim to the lease and exits 0', async () => {
  await using server = await startTestRedis({ appendfsync: 'always' });
  const client = connectRedis(server.url, { name: 'fleet-test' });
  const own = createFleet({ redis: { url: server.url, redis: client }, database });
  await using cutter = await openStatementCutter(database.url);
  const entries = buildEntries(150);
  await own.push(entries);
  const worker = own.start({ DATABASE_URL: cutter.url });
  await waitFor(async () => cutter.cuts() > 0 && (await own.queue.inspect()).inFlight.claims > 0);
  await server.kill();
  expect(await worker.stop('SIGTERM')).toEqual({ code: 0, signal: null });

  await server.restart();
  await using _heir = own.start();
  await own.whenDrained();
  await own.expectStoredOnce(entries);
  expect(await own.stat('adopted')).toBeGreaterThanOrEqual(1);
  client.disconnect();
});
