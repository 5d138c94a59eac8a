import { sleep } from '@auditlane/runtime';
import { createPool, createStore, storeIsolating } from '@auditlane/store';
import { useDatabase, waitFor } from '@auditlane/testkit';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import type { HeldClaim } from '../src/claims/held-claims.ts';
import { Breaker } from '../src/outages/breaker.ts';
import { MassPoison } from '../src/outages/mass-poison.ts';
import type { SuspicionChange } from '../src/outages/mass-poison.ts';
import { createBatchWriter } from '../src/storing/batch-writer.ts';
import type { Written } from '../src/storing/batch-writer.ts';
import { decodeClaim } from '../src/storing/decode-claim.ts';
import { buildEntries, emptyTables } from './fleet.ts';

const NEVER = new AbortController().signal;
const MINUTE_MS = 60_000;

const database = await useDatabase();
const pool = createPool(database.url, { applicationName: 'mass-poison-test', max: 3, role: 'audit_writer' });
afterAll(() => pool.end());
beforeEach(() => emptyTables(database));
afterEach(() => database.pool.query('alter table audit_logs drop constraint if exists refusal'));

/** From now on Postgres refuses new rows for which the condition does not hold; the rows it has stay. */
async function refuseUnless(condition: string): Promise<void> {
  await database.pool.query(`alter table audit_logs drop constraint if exists refusal`);
  await database.pool.query(`alter table audit_logs add constraint refusal check (${condition}) not valid`);
}

const held: HeldClaim = {
  claim: { batchId: 'b', epoch: 1, attempt: 1, lane: 'main', entries: [], depth: 0 },
  fenced: NEVER,
  note: () => undefined,
  mark: () => Promise.resolve(),
  letGo: () => undefined,
};

/** A worker's storing against the real table; its waits pass at once on a clock of their own. */
function setUp(stop: AbortSignal = NEVER) {
  let clockMs = 0;
  const changes: SuspicionChange[] = [];
  const wait = async (ms: number, signal: AbortSignal): Promise<void> => {
    clockMs += ms;
    await sleep(1, signal);
  };
  const breaker = new Breaker({
    probe: () => Promise.resolve(),
    sleep: wait,
    random: Math.random,
    onChange: () => undefined,
  });
  const store = createStore(pool, { writer: 'mass-poison-test' });
  const writer = createBatchWriter({
    store: (rows, o) => storeIsolating(store, rows, o),
    breaker,
    clockMs: () => 0,
    maxRows: 1000,
    onStatements: () => undefined,
    onFailedAttempt: (error) => expect.unreachable(error.message),
  });
  const massPoison = new MassPoison({
    sleep: wait,
    random: Math.random,
    clockMs: () => clockMs,
    now: Date.now,
    onChange: (change) => changes.push(change),
  });
  /** Stores a batch of so many good events and so many of the user `poison`. */
  const storeBatch = (good: number, poison = 0): Promise<Written> => {
    const entries = [...buildEntries(good), ...buildEntries(poison, { user_id: 'poison' })];
    const { rows } = decodeClaim(entries.map(({ line }) => Buffer.from(line)));
    const write = (some: typeof rows, { isAgain }: { isAgain: boolean }): Promise<Written> =>
      writer.write(some, { held, isRedelivered: isAgain, stop });
    return massPoison.store({ rows, held, stop, write });
  };
  return { massPoison, changes, storeBatch, clockMs: () => clockMs };
}

const rejectedBy = (written: Written): number => (written.kind === 'written' ? written.rejected.length : -1);

async function countRows(): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>('select count(*)::int as count from audit_logs');
  return rows[0]?.count ?? -1;
}

test('a table that refuses everything stops the worker after two batches, however long it lasts, and heals by itself', async () => {
  const { storeBatch, changes, clockMs, massPoison } = setUp();
  await storeBatch(10);
  await refuseUnless(`service_name <> 'fleet-test'`);
  expect([rejectedBy(await storeBatch(10)), rejectedBy(await storeBatch(10))]).toEqual([10, 10]);
  const third = storeBatch(10);
  await waitFor(() => clockMs() > 60 * MINUTE_MS, { message: 'an hour has passed' });
  expect(changes).toEqual(['suspected']);
  expect(massPoison.suspicion).toMatchObject({ sqlstate: '23514', refused: 30 });

  await database.pool.query('alter table audit_logs drop constraint refusal');
  expect(await third).toMatchObject({ kind: 'written', inserted: 10, duplicates: 0, rejected: [] });
  expect(changes).toEqual(['suspected', 'accepted']);
  expect(massPoison.suspicion).toBeNull();
  expect(await countRows()).toBe(20);
});

test('a producer of nothing but poison delays good events by a minute, once, and not again', async () => {
  const { storeBatch, changes, clockMs } = setUp();
  await refuseUnless(`user_id <> 'poison'`);
  await storeBatch(10);
  for (let batches = 0; batches < 20; batches += 1) expect(rejectedBy(await storeBatch(0, 20))).toBe(20);
  expect(changes).toEqual(['suspected', 'believed']);
  expect(clockMs()).toBeGreaterThanOrEqual(MINUTE_MS);
  expect(clockMs()).toBeLessThan(2 * MINUTE_MS);
  expect(await storeBatch(10)).toMatchObject({ inserted: 10, rejected: [] });
});

test('good events in the batches of a bad producer are stored at once, and only poison is parked', async () => {
  const { storeBatch, changes, clockMs } = setUp();
  await refuseUnless(`user_id <> 'poison'`);
  for (let batches = 0; batches < 10; batches += 1) {
    expect(await storeBatch(5, 15)).toMatchObject({ inserted: 5, rejected: { length: 15 } });
    expect(await countRows()).toBe(5 * (batches + 1));
  }
  expect(changes).toEqual(['suspected', 'believed']);
  expect(clockMs()).toBeLessThan(2 * MINUTE_MS);
});

test('poison that was believed stops the worker again once good events are refused as well', async () => {
  const { storeBatch, changes, massPoison } = setUp();
  await refuseUnless(`user_id <> 'poison'`);
  for (let batches = 0; batches < 6; batches += 1) await storeBatch(5, 15);
  expect(changes).toEqual(['suspected', 'believed']);
  await refuseUnless('false');
  const waiting = storeBatch(20);
  await waitFor(() => massPoison.suspicion, { message: 'it is suspected again' });
  await database.pool.query('alter table audit_logs drop constraint refusal');
  expect(await waiting).toMatchObject({ inserted: 20, rejected: [] });
});

test('a worker that has stored nothing yet waits a quarter of an hour', async () => {
  const { storeBatch, changes, clockMs } = setUp();
  await refuseUnless(`user_id <> 'poison'`);
  for (let batches = 0; batches < 3; batches += 1) await storeBatch(0, 10);
  expect(changes).toEqual(['suspected', 'believed']);
  expect(clockMs()).toBeGreaterThanOrEqual(15 * MINUTE_MS);
  expect(clockMs()).toBeLessThan(17 * MINUTE_MS);
});

test('an operator who says that it is poison has it parked at once, even if nothing at all is accepted', async () => {
  const { storeBatch, massPoison, changes } = setUp();
  await storeBatch(10);
  await refuseUnless('false');
  await storeBatch(10);
  await storeBatch(10);
  const third = storeBatch(10);
  await waitFor(() => massPoison.suspicion, { message: 'it is suspected' });
  massPoison.believe();
  expect(rejectedBy(await third)).toBe(10);
  for (let batches = 0; batches < 4; batches += 1) expect(rejectedBy(await storeBatch(10))).toBe(10);
  expect(changes).toEqual(['suspected', 'believed']);
});

test('single poison events, or half a batch of them, are no pattern', async () => {
  const { storeBatch, changes } = setUp();
  await refuseUnless(`user_id <> 'poison'`);
  for (let batches = 0; batches < 19; batches += 1) expect(rejectedBy(await storeBatch(0, 1))).toBe(1);
  await storeBatch(1);
  for (let batches = 0; batches < 5; batches += 1) expect(rejectedBy(await storeBatch(10, 10))).toBe(10);
  expect(changes).toEqual([]);
});

test('a second slot parks none of these rows meanwhile, and stores them when they are accepted', async () => {
  const { storeBatch, changes, massPoison } = setUp();
  await storeBatch(10);
  await refuseUnless('false');
  await storeBatch(10);
  await storeBatch(10);
  const slots = [storeBatch(10), storeBatch(30)];
  await waitFor(() => massPoison.suspicion, { message: 'it is suspected' });
  await database.pool.query('alter table audit_logs drop constraint refusal');
  expect(await Promise.all(slots)).toMatchObject([
    { inserted: 10, rejected: [] },
    { inserted: 30, rejected: [] },
  ]);
  expect(changes).toEqual(['suspected', 'accepted']);
});

test('told to stop while it suspects, a worker gives the batch up and parks nothing', async () => {
  const stop = new AbortController();
  const { storeBatch, massPoison, changes } = setUp(stop.signal);
  await refuseUnless('false');
  await storeBatch(10);
  await storeBatch(10);
  const slots = [storeBatch(10), storeBatch(10)];
  await waitFor(() => massPoison.suspicion, { message: 'it is suspected' });
  stop.abort();
  expect(await Promise.all(slots)).toEqual([{ kind: 'interrupted' }, { kind: 'interrupted' }]);
  expect(changes.filter((change) => change !== 'suspected')).not.toContain('believed');
});
