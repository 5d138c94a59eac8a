import { expect, test } from 'vitest';
import { copyOnce } from '../src/clocks/copy-run.ts';
import { drainOnce, type DrainRun } from '../src/clocks/drain-run.ts';
import { withShortBounds } from '../src/load/short-bounds.ts';
import type { PartContext } from '../src/part.ts';
import { measureDrain } from '../src/parts/drain.ts';
import { startWorkers } from '../src/programs/worker-fleet.ts';
import { createBacklog, type Backlog } from '../src/queue/backlog.ts';
import { openGround } from '../src/servers/ground.ts';
import { requireRows } from '../src/servers/require-rows.ts';
import { measureSmallest } from './measured.ts';

const EVENTS = 2_000;

async function drainAndCopyLess(context: PartContext) {
  const measured = await measureDrain(context, [EVENTS]);
  await using ground = await openGround(context.stack);
  const { rows } = await ground.database.query<{ stored: string }>('select count(*) as stored from audit_logs');
  expect(Number(rows[0]?.stored), 'rows of the last run').toBe(EVENTS);
  const path = `${context.directory}/rows-${EVENTS}-half-1.copy`;
  await expect(copyOnce(ground, EVENTS, [path])).rejects.toThrow('1000 rows were copied of 2000');
  return measured;
}

test('a small backlog is drained and copied, and each rate, cost and memory is told', async () => {
  const measured = await measureSmallest(drainAndCopyLess);
  const valueOf = (name: string): number => measured.find((each) => each.name === name)?.values[0] ?? Number.NaN;
  for (const { name, unit, values } of measured) {
    expect(values, name).toHaveLength(1);
    if (unit.endsWith('/s')) expect(values[0], name).toBeGreaterThan(10);
  }
  expect(measured.filter(({ unit }) => unit === 'events/s')).toHaveLength(6);
  expect(measured.filter(({ unit }) => unit === 'rows/s')).toHaveLength(2);
  // A row is some 350 bytes without its indexes; a worker is a process of Node.
  expect(valueOf('write-ahead log an event, 2,000')).toBeGreaterThan(300);
  expect(valueOf("Redis' append-only file an event, 2,000")).toBeGreaterThan(10);
  expect(valueOf('largest memory of a worker, 2,000')).toBeGreaterThan(40);
  expect(measured.filter(({ bound }) => bound !== undefined).map(({ name }) => name)).toEqual([
    'largest memory of a worker, 2,000',
  ]);
  expect(
    withShortBounds(measured).filter(({ unit, bound }) => unit === 'events/s' && bound !== undefined),
  ).toMatchObject([{ name: 'drain of 2,000 by 2 workers', comparedWith: 'COPY of 2,000 rows, 1 connection' }]);
  // Ten starts of workers: a machine at work takes its time.
}, 180_000);

test('a drain keeps the rows that are there on demand, and fails when its own are there already', async () => {
  await measureSmallest(async ({ stack, directory }) => {
    await using ground = await openGround(stack);
    await using backlog = await createBacklog(ground.redis, { events: 300 });
    await using others = await createBacklog(ground.redis, { events: 200 });
    const drain = (drained: Backlog, keepsRows: boolean): Promise<DrainRun> =>
      drainOnce(ground, { backlog: drained, workers: 1, directory, keepsRows });
    await drain(backlog, false);
    expect((await drain(others, true)).eventsPerSecond).toBeGreaterThan(0);
    await requireRows(ground.database, 'both', 500);
    await expect(drain(backlog, true)).rejects.toThrow('the workers stored 0 of 300 events, 0 wait');
    return [];
  });
});

test('a worker that does not start tells in its own words why', async () => {
  const starting = startWorkers(1, { REDIS_URL: 'redis://127.0.0.1:1', DATABASE_URL: 'not a database' });
  await expect(starting).rejects.toThrow(/a worker ended before it was ready \(exit code 78\)[^]*DATABASE_URL/);
});
