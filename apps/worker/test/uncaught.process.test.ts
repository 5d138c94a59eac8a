import { useDatabase, useRedis, waitFor } from '@auditlane/testkit';
import { beforeEach, expect, test } from 'vitest';
import { buildEntries, createFleet, emptyTables, lockStore, whenStoring } from './fleet.ts';
import { openStatementCutter } from './statement-cutter.ts';

const redis = await useRedis();
const database = await useDatabase();
const fleet = createFleet({ redis, database });

beforeEach(() => emptyTables(database));

test.each(['throw', 'reject'])(
  'an error that nobody catches (%s) is logged, the batch that waits is given back, and the worker exits 1',
  async (how) => {
    await using cutter = await openStatementCutter(database.url);
    const entries = buildEntries(60);
    await fleet.push(entries);
    const worker = fleet.start({ DATABASE_URL: cutter.url }, 'misbehave.ts');
    await waitFor(async () => cutter.cuts() > 0 && (await fleet.queue.inspect()).inFlight.claims > 0);
    worker.child.send(how);
    expect(await worker.exited).toEqual({ code: 1, signal: null });
    // Not only by its words: the line that says why the drain began has them, too, and comes over the other stream.
    const line = await worker.waitForLine('"msg":"uncaught error"');
    expect(line.json).toMatchObject({ level: 'fatal', err: { message: 'nobody catches me' } });

    const { main, inFlight } = await fleet.queue.inspect();
    expect({ waiting: main.depth, inFlight: inFlight.entries }).toEqual({ waiting: 60, inFlight: 0 });
    expect((await fleet.beats()).map(({ state }) => state)).toEqual(['stopped']);
    cutter.heal();
    await using _heir = fleet.start();
    await fleet.whenDrained();
    await fleet.expectStoredOnce(entries);
  },
);

test('after an error that nobody catches, the batch in hand is stored and nothing more is claimed', async () => {
  const entries = buildEntries(60);
  await fleet.push(entries);
  const unlock = await lockStore(database);
  const worker = fleet.start({}, 'misbehave.ts');
  await whenStoring(database, 1);
  worker.child.send('throw');
  await worker.waitForLine('draining');
  const later = buildEntries(10);
  await fleet.push(later);
  await unlock();
  expect(await worker.exited).toEqual({ code: 1, signal: null });
  await fleet.expectStoredOnce(entries);
  expect((await fleet.queue.inspect()).main.depth).toBe(10);
});
