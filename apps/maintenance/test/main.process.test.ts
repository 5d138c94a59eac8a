import { readdirSync } from 'node:fs';
import { createPool, migrate, readMaintenanceRuns } from '@auditlane/store';
import { createTestDatabase, startTestPostgres, startTestRedis, useRedis, waitFor } from '@auditlane/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { askFor, checkHealth, dropFuturePartitions, futurePartitions, startMain } from './processes.ts';

const redis = await useRedis({ appendfsync: 'always' });
const MIGRATIONS = readdirSync(new URL('../../../packages/store/sql/migrations/', import.meta.url)).length;

test('on an empty database it migrates, prepares partitions, is ready, runs every task, and exits 0 on SIGTERM', async () => {
  await using database = await createTestDatabase({ template: 'empty' });
  const main = startMain({ REDIS_URL: redis.url, DATABASE_URL: database.url });
  await waitFor(() => main.messages.includes('ready'), { deadlineMs: 20_000 });
  expect((await futurePartitions(database.pool)).length).toBeGreaterThanOrEqual(7);
  await waitFor(async () => {
    const runs = await readMaintenanceRuns(database.pool);
    return runs.filter(({ status }) => status === 'succeeded').length === 3;
  });
  const runs = await readMaintenanceRuns(database.pool);
  expect(runs.map(({ task }) => task)).toEqual(['partitions', 'retention', 'self-check']);
  expect(runs.map(({ pid }) => pid)).toEqual([main.pid, main.pid, main.pid]);
  expect(await main.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(main.lines.filter(({ json }) => json === undefined)).toEqual([]);
  expect(main.lines.filter(({ json }) => json?.['level'] === 'error')).toEqual([]);
});

test('three that start at once on an empty database are all ready', async () => {
  await using database = await createTestDatabase({ template: 'empty' });
  const mains = Array.from({ length: 3 }, () => startMain({ REDIS_URL: redis.url, DATABASE_URL: database.url }));
  await waitFor(() => mains.every((main) => main.messages.includes('ready')), { deadlineMs: 25_000 });
  const ends = await Promise.all(mains.map((main) => main.stop('SIGINT')));
  expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
});

test('a Postgres that is away at start is waited for, not ready, with the reason; SIGTERM then exits 0', async () => {
  await using server = await startTestPostgres();
  await server.halt();
  const env = { REDIS_URL: redis.url, DATABASE_URL: server.url };
  const patient = startMain(env);
  const stopped = startMain(env);
  const waiting = await patient.waitForLine('waiting for postgres');
  expect(waiting.json).toMatchObject({ level: 'warn', code: 'outage' });
  await stopped.waitForLine('waiting for postgres');
  expect(await stopped.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  expect([patient.messages, stopped.messages]).toEqual([[], []]);
  await server.restart();
  await waitFor(() => patient.messages.includes('ready'), { deadlineMs: 25_000 });
});

test('a Postgres that is killed and restarted while it runs makes a visible failure, and then all goes on', async () => {
  await using server = await startTestPostgres();
  const env = { REDIS_URL: redis.url, DATABASE_URL: server.url };
  const main = startMain(env);
  await main.waitForLine('schedules are set');
  await server.kill();
  await askFor('partitions', redis.url);
  const failure = await main.waitForLine(
    ({ json }) => json?.['msg'] === 'maintenance run failed' && json['task'] === 'partitions',
  );
  expect(failure.json).toMatchObject({ level: 'error', err: { code: 'outage' } });
  expect((await checkHealth(env)).code).toBe(1);
  await server.restart();
  const pool = createPool(server.url, { applicationName: 'test' });
  onTestFinished(() => pool.end());
  await dropFuturePartitions(pool);
  await askFor('partitions', redis.url);
  await waitFor(async () => (await futurePartitions(pool)).length >= 7);
  await waitFor(async () => (await checkHealth(env)).code === 0, { everyMs: 100 });
  expect(await main.stop('SIGTERM')).toEqual({ code: 0, signal: null });
});

test('without Redis it is ready and partitions are prepared; the schedules follow when Redis is there', async () => {
  await using server = await startTestRedis();
  await server.halt();
  await using database = await createTestDatabase({ template: 'empty' });
  const main = startMain({ REDIS_URL: server.url, DATABASE_URL: database.url });
  await waitFor(() => main.messages.includes('ready'), { deadlineMs: 20_000 });
  expect((await futurePartitions(database.pool)).length).toBeGreaterThanOrEqual(7);
  await main.waitForLine('schedules in redis do not work, partitions are prepared by the timer');
  await server.restart();
  await main.waitForLine('schedules are set');
  await waitFor(async () => (await readMaintenanceRuns(database.pool)).some(({ task }) => task === 'retention'));
  await server.halt();
  expect(await main.stop('SIGTERM')).toEqual({ code: 0, signal: null });
});

test.each([
  [
    'newer',
    `insert into audit_migrations (version, name, checksum, duration_ms) select max(version) + 1, '9999_later.sql', 'x', 1 from audit_migrations`,
  ],
  ['changed', `update audit_migrations set checksum = 'x' where version = 1`],
])('a database that is %s exits 78 and names the remedy', async (_, spoil) => {
  await using database = await createTestDatabase();
  await database.pool.query(spoil);
  const main = startMain({ REDIS_URL: redis.url, DATABASE_URL: database.url });
  expect(await main.exited).toEqual({ code: 78, signal: null });
  const line = await main.waitForLine('"msg":"bad configuration"');
  expect(line.json).toMatchObject({
    faults: [{ name: 'DATABASE_URL', problem: expect.stringMatching(/run the newer release|restore the file/u) }],
  });
});

test('a bad environment is named fault by fault and exits 78', async () => {
  const main = startMain({ AUDIT_RETENTION_DAYS: '0', AUDIT_QUEUE_KEY: 'queue' });
  expect(await main.exited).toEqual({ code: 78, signal: null });
  const line = await main.waitForLine('"msg":"bad configuration"');
  expect(line.json?.['faults']).toMatchObject([{ name: 'AUDIT_QUEUE_KEY' }, { name: 'AUDIT_RETENTION_DAYS' }]);
});

test('SIGTERM in the middle of a migration that waits for its turn exits 0 at once', async () => {
  await using database = await createTestDatabase({ template: 'empty' });
  const client = await database.pool.connect();
  await client.query('begin');
  await client.query('select pg_advisory_xact_lock(4711, 1)');
  const ahead = `select from pg_locks l join pg_database d on d.oid = l.database
    where d.datname = current_database() and l.locktype = 'advisory' and not l.granted`;
  const main = startMain({ REDIS_URL: redis.url, DATABASE_URL: database.url });
  await waitFor(async () => (await database.pool.query(ahead)).rows.length > 0, { deadlineMs: 20_000 });
  expect(await main.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  await client.query('rollback');
  client.release();
  expect(await migrate(database.url)).toMatchObject({ version: MIGRATIONS });
});

test('SIGTERM in the middle of a run exits 0 within the drain deadline', async () => {
  await using database = await createTestDatabase();
  const main = startMain({ REDIS_URL: redis.url, DATABASE_URL: database.url });
  await main.waitForLine('schedules are set');
  const statusOf = async (task: string) =>
    (await readMaintenanceRuns(database.pool)).find((run) => run.task === task)?.status;
  await waitFor(async () => (await statusOf('retention')) === 'succeeded');
  const client = await database.pool.connect();
  await client.query('begin; lock table audit_logs in access exclusive mode');
  await askFor('retention', redis.url);
  await waitFor(async () => (await statusOf('retention')) === 'running');
  expect(await main.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  await client.query('rollback');
  client.release();
});

test('the health check tells a database without maintenance from one that has it, and names a failure', async () => {
  await using database = await createTestDatabase();
  const env = { REDIS_URL: redis.url, DATABASE_URL: database.url };
  expect(await checkHealth(env)).toEqual({
    code: 1,
    said: 'partitions were never prepared by this process or another',
  });
  const main = startMain(env);
  await main.waitForLine('schedules are set');
  expect(await checkHealth(env)).toEqual({ code: 0, said: '' });
  await database.pool.query('alter table audit_logs rename to elsewhere');
  await askFor('partitions', redis.url);
  await main.waitForLine('maintenance run failed');
  await waitFor(async () => (await checkHealth(env)).code === 1, { everyMs: 100 });
  expect((await checkHealth(env)).said).toMatch(/^partitions could not be prepared at \S+: .*audit_logs/u);
});
