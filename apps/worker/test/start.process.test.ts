import { migrate } from '@auditlane/store';
import { createTestDatabase, spawnProcess, startTestRedis, useDatabase, useRedis, waitFor } from '@auditlane/testkit';
import { beforeEach, expect, test } from 'vitest';
import { buildEntries, createFleet } from './fleet.ts';

const redis = await useRedis();
const database = await useDatabase();
const fleet = createFleet({ redis, database });
const HEALTH = new URL('../src/health.ts', import.meta.url).pathname;

beforeEach(() => redis.redis.config('SET', 'maxmemory-policy', 'noeviction'));

test('a bad environment is named fault by fault and ends with 78', async () => {
  const worker = fleet.start({ AUDIT_LEASE_MS: 'soon', AUDIT_BATCH_SMALL: '0' });
  expect(await worker.exited).toEqual({ code: 78, signal: null });
  const line = await worker.waitForLine((each) => each.json?.msg === 'bad configuration');
  expect(line.json?.faults).toMatchObject([{ name: 'AUDIT_BATCH_SMALL' }, { name: 'AUDIT_LEASE_MS' }]);
});

test('an eviction policy other than noeviction ends with 78', async () => {
  await redis.redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  const worker = fleet.start();
  expect(await worker.exited).toEqual({ code: 78, signal: null });
  const line = await worker.waitForLine((each) => each.json?.msg === 'bad configuration');
  expect(JSON.stringify(line.json?.faults)).toContain('allkeys-lru');
});

test('a Redis that denies CONFIG is a warning, and events are stored', async () => {
  await redis.redis.acl('SETUSER', 'managed', 'on', '>secret', '~*', '&*', '+@all', '-config');
  const url = new URL(redis.url);
  url.username = 'managed';
  url.password = 'secret';
  await using worker = fleet.start({ REDIS_URL: url.href });
  await worker.waitForLine((line) => line.json?.code === 'setting_unknown');
  const entries = buildEntries(10);
  await fleet.push(entries);
  await fleet.whenDrained();
  expect(await fleet.rowCount()).toBe(10);
  await redis.redis.acl('DELUSER', 'managed');
});

test('a worker that starts before Redis waits for it, and is ready only then', async () => {
  await using server = await startTestRedis();
  await server.halt();
  await using worker = fleet.start({ REDIS_URL: server.url });
  await worker.waitForLine('waiting for redis');
  expect(worker.messages).toEqual([]);
  await server.restart();
  await waitFor(() => worker.messages.includes('ready'));
});

test('a worker that starts before the migrations waits for them, claims nothing, and stores once they ran', async () => {
  await using empty = await createTestDatabase({ template: 'empty' });
  const own = createFleet({ redis, database: empty });
  const entries = buildEntries(10);
  await own.push(entries);
  await using worker = own.start();
  await worker.waitForLine('postgres takes no batches, waiting');
  expect((await own.queue.inspect()).main.depth).toBe(10);
  expect(worker.messages).toEqual([]);
  await migrate(empty.url);
  await own.whenDrained();
  await own.expectStoredOnce(entries);
  await waitFor(() => worker.messages.includes('ready'));
});

test('a worker that is told to stop while it waits for Postgres exits 0', async () => {
  await using empty = await createTestDatabase({ template: 'empty' });
  const worker = fleet.start({ DATABASE_URL: empty.url });
  await worker.waitForLine('postgres takes no batches, waiting');
  expect(await worker.stop('SIGTERM')).toEqual({ code: 0, signal: null });
});

test('the health check answers 0 for a running worker of this host and 1, with the reason, for none', async () => {
  const check = async (): Promise<{ code: number | null; said: string }> => {
    const health = spawnProcess(HEALTH, { env: { REDIS_URL: redis.url } });
    const { code } = await health.exited;
    return { code, said: health.lines.map((line) => line.text).join('\n') };
  };
  expect(await check()).toMatchObject({
    code: 1,
    said: expect.stringMatching(/^no worker of host \S+ has beaten yet$/),
  });
  const worker = await fleet.startReady();
  expect(await check()).toEqual({ code: 0, said: '' });
  await worker.stop();
  expect(await check()).toMatchObject({ code: 1, said: expect.stringMatching(/is running: stopped$/) });
});

test('what an older release held is stored, and what is newer still is held again', async () => {
  const [known, newer] = buildEntries(2);
  const later = newer?.line.replace('"v":1', '"v":2') ?? '';
  await redis.redis.lpush('audit:hold', known?.line ?? '', later);
  await using worker = fleet.start();
  await worker.waitForLine('held entries are back in the queue');
  await waitFor(
    async () => (await redis.redis.llen('audit:queue')) === 0 && (await redis.redis.llen('audit:hold')) === 1,
  );
  expect(await redis.redis.lrange('audit:hold', 0, -1)).toEqual([later]);
  const { rows } = await database.pool.query<{ id: string }>('select id from audit_logs where id = $1', [known?.id]);
  expect(rows).toEqual([{ id: known?.id }]);
});
