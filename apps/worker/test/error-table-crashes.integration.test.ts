import { createPool, createStore, migrate } from '@auditlane/store';
import type { Pool } from '@auditlane/store';
import { buildRow, startTestPostgres, waitFor } from '@auditlane/testkit';
import type { TestServer } from '@auditlane/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildEntries, emptyTables, lockStore, whenStoring } from './fleet.ts';
import type { Entry } from './fleet.ts';
import { openStoringRig, readIds, RIG } from './storing-rig.ts';
import type { StoringRig } from './storing-rig.ts';

const CONNECTIONS = 12;

let server: TestServer;
let pool: Pool;
beforeAll(async () => {
  server = await startTestPostgres({ settings: { max_connections: String(CONNECTIONS), deadlock_timeout: '500ms' } });
  await migrate(server.url);
  pool = createPool(server.url, { applicationName: 'test', max: 3 });
});
afterAll(async () => {
  await pool.end();
  await server.stop();
});
beforeEach(() => waitFor(() => emptyTables({ pool }).then(() => true)));

/** A batch whose statement is in flight, held by a lock that ends with the server or by `unlock`. */
async function startStoring(rig: StoringRig, entries: readonly Entry[]) {
  const unlock = await lockStore({ pool });
  const writing = rig.store(entries);
  await whenStoring({ pool }, 1);
  return { writing, unlock };
}

async function expectAllStored(writing: Promise<unknown>, entries: readonly Entry[]): Promise<void> {
  expect(await writing).toMatchObject({ kind: 'written', rejected: [], conflicts: 0 });
  expect(await readIds(pool)).toEqual(entries.map(({ id }) => ({ id })));
}

test('P1: a sibling backend that is killed takes the server through recovery, and the batch is stored after it', async () => {
  await using rig = openStoringRig(server.url);
  const entries = buildEntries(60);
  const victim = await pool.connect();
  victim.on('error', () => undefined);
  const { rows } = await victim.query<{ pid: number }>('select pg_backend_pid() as pid');
  const { writing, unlock } = await startStoring(rig, entries);
  process.kill(rows[0]?.pid ?? expect.unreachable('no backend'), 'SIGKILL');
  await waitFor(() => rig.seen.size > 0, { message: 'the rig has met the crash' });
  victim.release(true);
  await unlock().catch(() => undefined);
  await expectAllStored(writing, entries);
  expect([...rig.seen].every((code) => ['outage', '57P01', '57P02', '57P03'].includes(code))).toBe(true);
});

test('P3: a server that shuts down refuses connections with 57P03, and the batch is stored once it is back', async () => {
  await using rig = openStoringRig(server.url);
  // A smart shutdown waits for this session, and says 57P03 to whoever comes meanwhile.
  const session = await pool.connect();
  server.signal('SIGTERM');
  const entries = buildEntries(60);
  const writing = rig.store(entries);
  await waitFor(() => rig.seen.has('57P03'), { message: 'Postgres says 57P03' });
  session.release(true);
  await server.restart();
  await expectAllStored(writing, entries);
});

test('P2: a fast stop in the middle of a statement, and a start: the batch is stored once', async () => {
  await using rig = openStoringRig(server.url);
  const entries = buildEntries(60);
  const { writing, unlock } = await startStoring(rig, entries);
  await server.halt();
  await unlock().catch(() => undefined);
  await waitFor(() => rig.seen.has('outage'), { message: 'nobody answers' });
  await server.restart();
  await expectAllStored(writing, entries);
});

test('P10: all connections are taken (53300), and the batch is stored once some are free', async () => {
  await using rig = openStoringRig(server.url);
  const greedy = createPool(server.url, { applicationName: 'greedy', max: CONNECTIONS });
  const taken = await Promise.all(Array.from({ length: CONNECTIONS }, () => greedy.connect().catch(() => null)));
  const entries = buildEntries(60);
  const writing = rig.store(entries);
  await waitFor(() => rig.seen.has('53300'), { message: 'Postgres says 53300' });
  for (const client of taken) client?.release();
  await greedy.end();
  await expectAllStored(writing, entries);
});

test('P9: a deadlock with a foreign transaction (40P01) is tried again until it is stored', async () => {
  await using rig = openStoringRig(server.url);
  const entries = buildEntries(60);
  const foreign = await pool.connect();
  // The foreign session must not be the one that notices.
  await foreign.query(
    `set deadlock_timeout = '1min'; set lock_timeout = 0; begin; lock table audit_logs in exclusive mode`,
  );
  const writing = rig.store(entries);
  await whenStoring({ pool }, 1);
  const locking = foreign.query('lock table audit_batches in exclusive mode');
  await waitFor(() => rig.seen.has('40P01'), { message: 'Postgres says 40P01' });
  await locking;
  await foreign.query('rollback');
  foreign.release();
  await expectAllStored(writing, entries);
});

test('P9: two workers with the same events in opposite order never deadlock', async () => {
  const own = createPool(server.url, { applicationName: RIG, max: 2, role: 'audit_writer' });
  const stores = [createStore(own, { writer: 'a' }), createStore(own, { writer: 'b' })];
  const readDeadlocks = async (): Promise<number> => {
    const { rows } = await pool.query<{ count: number }>(
      'select deadlocks::int as count from pg_stat_database where datname = current_database()',
    );
    return rows[0]?.count ?? -1;
  };
  const before = await readDeadlocks();
  for (let round = 0; round < 30; round += 1) {
    const rows = Array.from({ length: 200 }, () => buildRow());
    const results = await Promise.all(
      stores.map((store, index) => store.storeBatch(index === 0 ? rows : rows.toReversed(), { idempotent: true })),
    );
    expect(results.reduce((sum, { inserted }) => sum + inserted, 0)).toBe(200);
  }
  expect(await readDeadlocks()).toBe(before);
  await own.end();
});
