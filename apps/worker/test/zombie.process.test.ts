import { useDatabase, useRedis, waitFor } from '@auditlane/testkit';
import { beforeEach, expect, test } from 'vitest';
import { buildEntries, createFleet, emptyTables, KEYS, LEASE_MS, lockStore, whenStoring } from './fleet.ts';

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
  await waitFor(() => fleet.stat('adopted'), { deadlineMs: 20_000, message: 'the heir has adopted the batch' });
  zombie.child.kill('SIGCONT');
  await waitFor(() => fleet.stat('fenced'), { message: 'the zombie is fenced' });
  await unlock();

  await fleet.whenDrained();
  await fleet.expectStoredOnce(entries);
  expect(await redis.redis.llen('audit:failed')).toBe(0);
});

/** Attempts and holder of the claim in Redis. */
async function readClaim(): Promise<{ epoch: string; attempt: string } | null> {
  const [meta] = Object.values(await redis.redis.hgetall(KEYS.meta));
  const [epoch = '', attempt = ''] = meta?.split(':') ?? [];
  return meta === undefined ? null : { epoch, attempt };
}

/** Resolves when the lease of the only claim has ended by the clock of Redis. */
async function whenLeaseEnded(): Promise<void> {
  await waitFor(async () => (await fleet.queue.expired({ limit: 1 })).length === 1, { message: 'the lease has ended' });
}

test.each(['SIGSTOP', 'a blocked event loop'])(
  'a worker alone that stood still for longer than its lease (%s) keeps its batch, and no attempt counts',
  async (how) => {
    const entries = buildEntries(80);
    await fleet.push(entries);
    const unlock = await lockStore(database);
    await using worker = fleet.start({}, 'misbehave.ts');
    await whenStoring(database, 1);
    const before = await readClaim();
    if (how === 'SIGSTOP') worker.child.kill('SIGSTOP');
    else worker.child.send(`block ${3 * LEASE_MS}`);
    await whenLeaseEnded();
    worker.child.kill('SIGCONT');
    await waitFor(async () => (await fleet.queue.expired({ limit: 1 })).length === 0, { message: 'the lease revived' });
    expect(await readClaim()).toEqual(before);
    await unlock();

    await fleet.whenDrained();
    await fleet.expectStoredOnce(entries);
    expect([await fleet.stat('adopted'), await fleet.stat('fenced')]).toEqual([0, 0]);
    expect(await redis.redis.llen('audit:failed')).toBe(0);
  },
);

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
