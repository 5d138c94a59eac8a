import { useDatabase, useRedis, waitFor } from '@auditlane/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildEntries, createFleet, emptyTables } from './fleet.ts';

const redis = await useRedis();
const database = await useDatabase();
const fleet = createFleet({ redis, database });
const dropConstraint = () => database.pool.query('alter table audit_logs drop constraint if exists refusal');

beforeEach(() => emptyTables(database));
afterEach(dropConstraint);

const SUSPICION = 'postgres refuses most events, none is parked and nothing more is claimed';

/** A worker, started on a table that refuses every event, which has come to suspect that. */
async function startSuspecting(count: number) {
  await database.pool.query('alter table audit_logs add constraint refusal check (false) not valid');
  await fleet.push(buildEntries(count));
  const worker = fleet.start();
  await worker.waitForLine(SUSPICION);
  return worker;
}

test('a table that refuses everything makes no more dead letters than two batches, is told, and heals by itself', async () => {
  await using worker = await startSuspecting(1500);
  const line = await worker.waitForLine(SUSPICION);
  expect(line.json).toMatchObject({ level: 'error', sqlstate: '23514' });
  const beat = await waitFor(async () => (await fleet.beats()).find((each) => each.mass_poison !== undefined));
  expect(beat.mass_poison).toMatchObject({ sqlstate: '23514', refused: expect.any(Number) });
  expect(JSON.stringify(beat.metrics)).toContain('audit_mass_poison_suspected');
  const { failed, main, inFlight } = await fleet.queue.inspect();
  expect(main.depth + inFlight.entries + failed).toBe(1500);
  expect(main.depth).toBeGreaterThan(0);

  await dropConstraint();
  await worker.waitForLine('postgres takes the refused events again');
  await fleet.whenDrained();
  expect((await fleet.queue.inspect()).failed).toBe(failed);
  expect(await fleet.rowCount()).toBe(1500 - failed);
  expect((await fleet.queue.inspect()).conservationDifference).toBe(0);
  await waitFor(async () => (await fleet.beats()).every((each) => each.mass_poison === undefined));
});

test('SIGUSR2 says that it is poison, and the worker parks it and goes on', async () => {
  await using worker = await startSuspecting(400);
  worker.child.kill('SIGUSR2');
  await worker.waitForLine('the refused events are taken for poison and parked');
  await fleet.whenDrained();
  expect((await fleet.queue.inspect()).failed).toBe(400);
  expect(await fleet.rowCount()).toBe(0);
});

test('told to stop while it suspects, a worker gives its batches back and exits 0', async () => {
  await using worker = await startSuspecting(1500);
  expect(await worker.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  const { main, inFlight, failed } = await fleet.queue.inspect();
  expect(inFlight.entries).toBe(0);
  expect(main.depth + failed).toBe(1500);
});
