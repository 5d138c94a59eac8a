import { buildRow, createTestDatabase, uuidAt } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import {
  checkMigrations,
  createApiKey,
  createStore,
  listApiKeys,
  migrate,
  readPartitionState,
  readServer,
  revokeApiKey,
  withTransaction,
} from '../src/index.ts';

const DAY_MS = 86_400_000;

test('the pending migrations are named before they run, and none after', async () => {
  await using database = await createTestDatabase({ template: 'empty' });
  const before = await checkMigrations(database.pool);
  expect(before.version).toBe(0);
  expect(before.pending).toHaveLength(before.latest);
  expect(before.pending[0]).toBe('0001_id_time.sql');
  await migrate(database.url);
  expect(await checkMigrations(database.pool)).toEqual({ version: before.latest, latest: before.latest, pending: [] });
});

test('a database of a newer release is refused, as migrate would', async () => {
  await using database = await createTestDatabase();
  await database.pool.query(
    "insert into audit_migrations (version, name, checksum, duration_ms) select max(version) + 1, '9999_later.sql', repeat('0', 64), 1 from audit_migrations",
  );
  await expect(checkMigrations(database.pool)).rejects.toMatchObject({ code: 'database_newer' });
});

test('partitions are prepared a week ahead, and what lies outside of them is counted', async () => {
  await using database = await createTestDatabase();
  const now = new Date();
  const state = await readPartitionState(database.pool, now);
  expect(state.aheadDays).toBeGreaterThanOrEqual(7);
  expect(state.rowsInDefault).toBe(0);
  const store = createStore(database.pool, { writer: 'test' });
  await store.storeBatch([buildRow({ id: uuidAt(now.getTime() + 3650 * DAY_MS) })]);
  expect(await readPartitionState(database.pool, now)).toEqual({ ...state, rowsInDefault: 1 });
  const muchLater = new Date(now.getTime() + 3650 * DAY_MS);
  expect(await readPartitionState(database.pool, muchLater)).toMatchObject({ aheadDays: 0 });
});

test('the server tells its version and its clock', async () => {
  await using database = await createTestDatabase({ template: 'empty' });
  const { version, versionNumber, clockMs } = await readServer(database.pool);
  expect(version).toMatch(/^\d+\.\d+/u);
  expect(versionNumber).toBeGreaterThanOrEqual(150_000);
  expect(Math.abs(clockMs - Date.now())).toBeLessThan(60_000);
});

test('a key made or revoked in a transaction that fails was never made or revoked', async () => {
  await using database = await createTestDatabase();
  const { pool } = database;
  const { id } = await createApiKey(pool, { name: 'kept', scopes: ['read'] });
  const failing = withTransaction(pool, async (client) => {
    await createApiKey(client, { name: 'undone', scopes: ['admin'] });
    expect(await revokeApiKey(client, id)).toBe(true);
    throw new Error('given up');
  });
  await expect(failing).rejects.toThrow('given up');
  expect(await listApiKeys(pool)).toMatchObject([{ id, name: 'kept', revokedAt: null }]);
});
