import { DeadLetter } from '@auditlane/schema';
import { useDatabase, useRedis } from '@auditlane/testkit';
import { beforeEach, expect, test } from 'vitest';
import { buildEntries, createFleet, emptyTables } from './fleet.ts';

const redis = await useRedis();
const database = await useDatabase();
const fleet = createFleet({ redis, database });

beforeEach(() => emptyTables(database));

const BATCH_OF_1000 = { AUDIT_BATCH_SMALL: '1000', AUDIT_BATCH_MEDIUM: '1000' };

/** Restarts a worker as PM2 would, each time it dies, until the queue is drained; answers how often it died. */
async function runUntilDrained(): Promise<number> {
  for (let deaths = 0; ; deaths += 1) {
    await using worker = fleet.start(BATCH_OF_1000, 'pill.ts');
    const ending = await Promise.race([fleet.whenDrained(60_000), worker.exited]);
    if (ending === undefined) return deaths;
    expect(ending.signal).toBe('SIGKILL');
    expect(deaths).toBeLessThan(20);
  }
}

test('an event that kills whoever decodes it is parked after at most six deaths, and its 999 neighbours are stored', async () => {
  const [before, pill, after] = [buildEntries(500), buildEntries(1, { user_id: 'PILL' }), buildEntries(499)];
  await fleet.push([...before, ...pill, ...after]);
  const deathsOfWorkers = await runUntilDrained();
  // Two more processes died of it: the children that probed it.
  expect(deathsOfWorkers).toBeGreaterThanOrEqual(2);
  expect(deathsOfWorkers + 2).toBeLessThanOrEqual(6);

  await fleet.expectStoredOnce([...before, ...after]);
  const letters = (await redis.redis.lrange('audit:failed', 0, -1)).map((line) => DeadLetter.parse(JSON.parse(line)));
  expect(letters).toMatchObject([{ reason: 'crash_suspect', raw: pill[0]?.line, attempts: 3 }]);
});

test('three events that kill are found one by one, and no other is parked', async () => {
  const pills = buildEntries(3, { user_id: 'PILL' });
  const [first, second, third] = pills;
  const good = buildEntries(300);
  await fleet.push(
    [first, ...good.slice(0, 100), second, ...good.slice(100), third].filter((entry) => entry !== undefined),
  );
  expect(await runUntilDrained()).toBeGreaterThanOrEqual(2);
  await fleet.expectStoredOnce(good);
  const raws = (await redis.redis.lrange('audit:failed', 0, -1)).map((line) => DeadLetter.parse(JSON.parse(line)).raw);
  expect(raws.toSorted()).toEqual(pills.map(({ line }) => line).toSorted());
});
