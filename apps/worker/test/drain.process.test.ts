import { useDatabase, useRedis, waitFor } from '@auditlane/testkit';
import { beforeEach, expect, test } from 'vitest';
import { buildEntries, createFleet, emptyTables, lockStore, whenStoring } from './fleet.ts';

const redis = await useRedis();
const database = await useDatabase();
const fleet = createFleet({ redis, database });

beforeEach(() => emptyTables(database));

test('a worker tells PM2 that it is ready, stores what is pushed on both lanes, and beats', async () => {
  await using worker = await fleet.startReady();
  await waitFor(() => worker.messages.includes('ready'));
  const [urgent, main] = [buildEntries(50), buildEntries(1500)];
  await fleet.push(urgent, 'urgent');
  await fleet.push(main);
  await fleet.whenDrained();
  await fleet.expectStoredOnce([...urgent, ...main]);

  const beat = await waitFor(async () => (await fleet.beats()).find((each) => each.totals.rows === 1550));
  expect(beat).toMatchObject({ pid: worker.pid, state: 'running', postgres: 'connected', slots: 2, batch_size: 100 });
  expect(beat.window).toMatchObject({ seconds: 60, rows: 1550, failed_attempts: 0, dead_letters: 0 });
  expect(beat.window.batches).toBeGreaterThan(0);
  expect(JSON.stringify(beat.metrics)).toContain('audit_rows_total');
});

test.each(['SIGTERM', 'SIGINT'] as const)('%s in the middle of a batch finishes it and exits 0', async (signal) => {
  const entries = buildEntries(250);
  await fleet.push(entries);
  const unlock = await lockStore(database);
  const worker = await fleet.startReady();
  await whenStoring(database, 1);
  const ended = worker.stop(signal);
  await worker.waitForLine('draining');
  await unlock();
  expect(await ended).toEqual({ code: 0, signal: null });

  const { inFlight, main, stats } = await fleet.queue.inspect();
  expect(inFlight.entries).toBe(0);
  expect(stats['stored']).toBeGreaterThan(0);
  expect(main.depth + (stats['stored'] ?? 0)).toBe(250);
  expect(await fleet.beats()).toMatchObject([{ state: 'stopped' }]);

  await using _heir = fleet.start();
  await fleet.whenDrained();
  await fleet.expectStoredOnce(entries);
  expect(await fleet.stat('adopted')).toBe(0);
});

test("PM2's shutdown message drains like a signal", async () => {
  const worker = await fleet.startReady();
  worker.child.send('shutdown');
  expect(await worker.exited).toEqual({ code: 0, signal: null });
  expect(await fleet.beats()).toMatchObject([{ state: 'stopped' }]);
});

test('workers that come and go while events flow hand over without an adoption', async () => {
  const entries = buildEntries(20_000);
  await fleet.push(entries);
  for (let round = 0; round < 3; round += 1) {
    const before = await fleet.stat('stored');
    const worker = fleet.start();
    await expect.poll(() => fleet.stat('stored'), { timeout: 10_000, interval: 2 }).toBeGreaterThan(before);
    expect(await worker.stop('SIGINT')).toEqual({ code: 0, signal: null });
  }
  await using _last = fleet.start();
  await fleet.whenDrained();
  await fleet.expectStoredOnce(entries);
  expect(await fleet.stat('adopted')).toBe(0);
});
