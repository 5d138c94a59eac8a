import { useDatabase, useRedis, waitFor } from '@auditlane/testkit';
import { beforeEach, expect, test } from 'vitest';
import { buildEntries, createFleet, emptyTables, LEASE_MS, lockStore, whenStoring } from './fleet.ts';

const redis = await useRedis();
const database = await useDatabase();
const fleet = createFleet({ redis, database });

beforeEach(() => emptyTables(database));

test('a worker that was stopped for longer than its lease is fenced, and nothing is stored twice', async () => {
  const entries = buildEntries(80);
  await fleet.push(entries);
  const unlock = await lockStore(database);
  await using zombie = fleet.start();
  await whenStoring(database, 1);
  zombie.child.kill('SIGSTOP');

  await using _heir = fleet.start();
  await waitFor(() => fleet.stat('adopted'));
  await whenStoring(database, 2);
  zombie.child.kill('SIGCONT');
  await waitFor(() => fleet.stat('fenced'), { message: 'the zombie is fenced' });
  await unlock();

  await fleet.whenDrained();
  await fleet.expectStoredOnce(entries);
  expect(await redis.redis.llen('audit:failed')).toBe(0);
});

test('a batch that takes longer than a lease is renewed, and nobody adopts it', async () => {
  const entries = buildEntries(80);
  await fleet.push(entries);
  const unlock = await lockStore(database);
  await using _holder = fleet.start();
  await whenStoring(database, 1);
  await using _rival = await fleet.startReady();
  const leaseEnd = async (): Promise<number> => {
    const [batchId = ''] = await redis.redis.zrange('audit:leases', '0', '0');
    return Number(await redis.redis.zscore('audit:leases', batchId));
  };
  const firstEnd = await leaseEnd();
  await waitFor(async () => (await leaseEnd()) > firstEnd + 3 * LEASE_MS, { message: 'three leases have passed' });
  await unlock();

  await fleet.whenDrained();
  await fleet.expectStoredOnce(entries);
  expect(await fleet.stat('adopted')).toBe(0);
});
