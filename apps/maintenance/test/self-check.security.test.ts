import { connectRedis, toQueueKeys } from '@auditlane/queue';
import { startTestRedis, useDatabase, useRedis } from '@auditlane/testkit';
import { afterAll, expect, test } from 'vitest';
import { createSelfCheckTask } from '../src/tasks/self-check.ts';
import type { LogLines } from './maintain.ts';
import { isFailing, maintain, openLog } from './maintain.ts';

const { url, redis } = await useRedis({ appendfsync: 'always' });
const { pool } = await useDatabase();
const keys = toQueueKeys('audit:queue');
const caps = { capacity: 10_000, urgentCapacity: 2000 };

const own = connectRedis(url, { name: 'self-check-test' });
afterAll(() => own.disconnect());

const checkOf = (log: LogLines = openLog(), connection = own) =>
  createSelfCheckTask({ redis: connection, keys, caps, pool, log: log.log });

test('row 94: untouched servers pass, twice and two at once', async () => {
  expect(await checkOf().run()).toEqual({ warnings: [] });
  expect(await Promise.all([checkOf().run(), checkOf().run()])).toEqual([{ warnings: [] }, { warnings: [] }]);
});

test.each([
  ['a queue that became a string', keys.queue, async () => redis.set(keys.queue, 'x')],
  ['a queue that became a stream', keys.queue, async () => redis.xadd(keys.queue, '*', 'a', 'b')],
  ['an urgent lane that became a set', keys.urgent, async () => redis.sadd(keys.urgent, 'x')],
  ['dead letters that became a hash', keys.failed, async () => redis.hset(keys.failed, 'a', 'b')],
  ['leases that became a list', keys.leases, async () => redis.lpush(keys.leases, 'x')],
  ['counters that became a string', keys.stats, async () => redis.set(keys.stats, '1')],
])('row 94: %s fails the check, and the key and the remedy are named', async (_, key, spoil) => {
  await spoil();
  await expect(checkOf().run()).rejects.toMatchObject({
    code: 'unsafe',
    message: expect.stringMatching(new RegExp(`Redis key ${key} is a \\w+ and must be a .* rename or delete it`, 'u')),
  });
});

test.each([
  ['the queue', keys.queue, async () => redis.lpush(keys.queue, '{}')],
  ['the leases', keys.leases, async () => redis.zadd(keys.leases, 1, 'batch')],
  ['the counters', keys.stats, async () => redis.hset(keys.stats, 'enqueued', 1)],
  ['the incarnation', keys.epoch, async () => redis.set(keys.epoch, 'mark')],
])('row 94: an expiry on %s fails the check until it is taken off', async (_, key, create) => {
  await create();
  await redis.pexpire(key, 3_600_000);
  const persist = new RegExp(`Redis key ${key} expires in \\d+ ms, .* run PERSIST ${key}`, 'u');
  await expect(checkOf().run()).rejects.toThrow(persist);
  await redis.persist(key);
  expect(await checkOf().run()).toEqual({ warnings: [] });
});

test('row 94: all findings of one check are named together', async () => {
  await redis.set(keys.queue, 'x');
  await redis.set(keys.epoch, 'mark', 'PX', 60_000);
  await expect(checkOf().run()).rejects.toThrow(/audit:queue is a string.*; .*audit:epoch expires/u);
});

test('row 94: an eviction policy that takes events fails the check', async () => {
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await expect(checkOf().run()).rejects.toThrow(/allkeys-lru.*set maxmemory-policy noeviction/u);
  await redis.config('SET', 'maxmemory-policy', 'noeviction');
  expect(await checkOf().run()).toEqual({ warnings: [] });
});

test('row 94: a Redis without an append-only file fails the check', async () => {
  await using server = await startTestRedis({ appendfsync: 'always', settings: { appendonly: 'no' } });
  const connection = connectRedis(server.url, { name: 'self-check-test' });
  await expect(checkOf(openLog(), connection).run()).rejects.toThrow(/no append-only file.*set appendonly yes/u);
  connection.disconnect();
});

test('row 94: what is only worth knowing is logged and passes', async () => {
  await redis.config('SET', 'appendfsync', 'everysec');
  const log = openLog();
  expect(await checkOf(log).run()).toEqual({ warnings: ['fsync_not_always'] });
  expect(log.lines).toMatchObject([{ level: 'warn', code: 'fsync_not_always' }]);
  await redis.config('SET', 'appendfsync', 'always');
});

test('row 94: a table that lost its primary key fails the check', async () => {
  const { rows } = await pool.query(
    `select conname from pg_constraint where conrelid = 'audit_logs'::regclass and contype = 'p'`,
  );
  await pool.query(`alter table audit_logs drop constraint ${rows[0].conname}`);
  await expect(checkOf().run()).rejects.toThrow(/audit_logs has no primary key on id/u);
  await pool.query('alter table audit_logs add primary key (id)');
  expect(await checkOf().run()).toEqual({ warnings: [] });
});

test('row 94: a finding is in the table of runs until a later check passes, and is logged as an error', async () => {
  const { runner, lastRun, lines, ...log } = maintain(pool);
  const check = checkOf({ lines, ...log });
  await redis.set(keys.queue, 'x');
  await runner.run(check);
  expect(await lastRun('self-check')).toMatchObject({
    status: 'failed',
    error: expect.stringMatching(/audit:queue is a string/u),
  });
  expect(isFailing(await lastRun('self-check'))).toBe(true);
  expect(lines.at(-1)).toMatchObject({ level: 'error', task: 'self-check' });
  await redis.del(keys.queue);
  await runner.run(check);
  expect(isFailing(await lastRun('self-check'))).toBe(false);
});

test('row 94: a Redis that is away fails the check, which is not passed by default', async () => {
  await using server = await startTestRedis();
  await server.halt();
  const connection = connectRedis(server.url, { name: 'self-check-test' });
  await expect(checkOf(openLog(), connection).run()).rejects.toMatchObject({ name: 'QueueError', code: 'away' });
  connection.disconnect();
});
