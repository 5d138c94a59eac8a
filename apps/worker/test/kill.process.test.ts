import { useDatabase, useRedis } from '@auditlane/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import { buildEntries, createFleet, emptyTables, lockStore, whenStoring } from './fleet.ts';

const redis = await useRedis();
const database = await useDatabase();
const fleet = createFleet({ redis, database });

beforeEach(() => emptyTables(database));

const STEPS = [
  { step: 'after-claim', leastDuplicates: 0 },
  { step: 'before-commit', leastDuplicates: 0 },
  { step: 'after-commit', leastDuplicates: 1 },
];

describe.each(STEPS)('a worker killed $step', ({ step, leastDuplicates }) => {
  test('loses no event and stores none twice', async () => {
    const entries = buildEntries(250);
    await fleet.push(entries);

    const doomed = fleet.start({ AUDIT_CRASH_AT: step });
    expect(await doomed.exited).toMatchObject({ signal: 'SIGKILL' });
    expect((await fleet.queue.inspect()).inFlight.claims).toBeGreaterThan(0);

    await using _heir = fleet.start();
    await fleet.whenDrained();
    await fleet.expectStoredOnce(entries);
    // Without these the run proved nothing: the claim was not taken over, or nothing had been committed.
    expect(await fleet.stat('adopted')).toBeGreaterThanOrEqual(1);
    expect(await fleet.stat('duplicates')).toBeGreaterThanOrEqual(leastDuplicates);
  });
});

test('a worker killed while its statement waits in an open transaction loses and doubles nothing', async () => {
  const entries = buildEntries(250);
  await fleet.push(entries);
  const unlock = await lockStore(database);
  const doomed = fleet.start();
  await whenStoring(database, 1);
  await doomed.kill();
  await unlock();

  await using _heir = fleet.start();
  await fleet.whenDrained();
  await fleet.expectStoredOnce(entries);
  expect(await fleet.stat('adopted')).toBeGreaterThanOrEqual(1);
});

test('workers killed again and again while they drain lose and double nothing', async () => {
  const entries = buildEntries(20_000);
  await fleet.push(entries);
  for (let kills = 0; kills < 4; kills += 1) {
    const before = await fleet.stat('stored');
    const doomed = fleet.start();
    await doomed.waitForLine('worker ready');
    await expect.poll(() => fleet.stat('stored'), { timeout: 10_000, interval: 2 }).toBeGreaterThan(before);
    await doomed.kill();
  }
  await using _heir = fleet.start();
  await fleet.whenDrained();
  await fleet.expectStoredOnce(entries);
  expect(await fleet.stat('adopted')).toBeGreaterThanOrEqual(1);
});
