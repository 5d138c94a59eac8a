import { createQueue } from '@auditlane/queue';
import { createLogger, createRateLimitedLog, sleep } from '@auditlane/runtime';
import { createPool } from '@auditlane/store';
import { useDatabase, useRedis } from '@auditlane/testkit';
import { afterAll, expect, test } from 'vitest';
import { probeCatalog } from '../src/checks/probe-catalog.ts';
import { checkOnce } from '../src/checks/self-checks.ts';
import { KEYS } from './fleet.ts';

const { redis } = await useRedis({ appendfsync: 'always' });
const database = await useDatabase();
const pool = createPool(database.url, { applicationName: 'self-checks-test', role: 'audit_writer' });
afterAll(() => pool.end());

/** Runs the checks once and gives what was logged. */
async function check(): Promise<{ level: string; msg: string; text: string }[]> {
  const lines: string[] = [];
  const logger = createLogger({ name: 'test', sink: { write: (line) => lines.push(line) } });
  await checkOnce({
    redis,
    keys: KEYS,
    caps: { capacity: 10_000, urgentCapacity: 2000 },
    log: createRateLimitedLog(logger),
    queue: createQueue(redis, KEYS),
    probeCatalog: () => probeCatalog(pool),
    maxFailed: 2,
    sleep,
  });
  return lines.map((text) => ({ ...JSON.parse(text), text }));
}

test('two servers that are well are not worth a line', async () => {
  expect(await check()).toEqual([]);
});

test('an expiry on the queue, and too many dead letters, are errors that a person must act on', async () => {
  await redis.lpush('audit:queue', 'x');
  await redis.expire('audit:queue', 3600);
  await redis.lpush('audit:failed', 'a', 'b', 'c');
  const lines = await check();
  expect(lines.map(({ level, msg }) => `${level}: ${msg}`).toSorted()).toEqual([
    'error: redis self-check',
    'error: too many dead letters, look at audit:failed',
  ]);
  expect(lines.map(({ text }) => text).join()).toContain('PERSIST audit:queue');
});

const TYPES = [
  { key: KEYS.queue, type: 'list' },
  { key: KEYS.urgent, type: 'list' },
  { key: KEYS.failed, type: 'list' },
  { key: KEYS.hold, type: 'list' },
  { key: KEYS.batch('b'), type: 'list' },
  { key: KEYS.failedIds, type: 'set' },
  { key: KEYS.leases, type: 'zset' },
  { key: KEYS.meta, type: 'hash' },
  { key: KEYS.stats, type: 'hash' },
  { key: KEYS.redrives, type: 'hash' },
  { key: KEYS.producers, type: 'hash' },
  { key: KEYS.workers, type: 'hash' },
  { key: KEYS.epoch, type: 'string' },
] as const;
const MAKE = {
  list: (key: string) => redis.lpush(key, 'x'),
  set: (key: string) => redis.sadd(key, 'x'),
  zset: (key: string) => redis.zadd(key, 1, 'x'),
  hash: (key: string) => redis.hset(key, 'x', '1:1:1:main:decoding:w'),
  string: (key: string) => redis.set(key, 'x'),
} as const;

test.each(TYPES)('row 94: $key that expires, or is no $type, is named by the self-check', async ({ key, type }) => {
  await redis.hset(KEYS.meta, 'b', '1:1:1:main:decoding:w');
  await redis.del(key);
  await MAKE[type](key);
  await redis.pexpire(key, 3_600_000);
  expect((await check()).map(({ level, text }) => ({ level, isNamed: text.includes(`PERSIST ${key}`) }))).toEqual([
    { level: 'error', isNamed: true },
  ]);
  await redis.del(key);
  await (type === 'string' ? MAKE.list(key) : MAKE.string(key));
  const faults = (await check()).filter(({ msg }) => msg === 'redis self-check');
  expect(faults.map(({ level, text }) => ({ level, isNamed: text.includes(`Redis key ${key} is a`) }))).toEqual([
    { level: 'error', isNamed: true },
  ]);
});

test('row 94: an eviction policy other than noeviction is an error', async () => {
  await redis.config('SET', 'maxmemory-policy', 'volatile-lru');
  const lines = await check();
  await redis.config('SET', 'maxmemory-policy', 'noeviction');
  expect(lines.map(({ level, msg }) => `${level}: ${msg}`)).toEqual(['error: redis self-check']);
  expect(lines[0]?.text).toContain('volatile-lru');
});

test('row 94: a right that the role has lost is an error', async () => {
  await database.pool.query('revoke insert on audit_logs from audit_writer');
  const lines = await check();
  await database.pool.query('grant insert on audit_logs to audit_writer');
  expect(lines.map(({ level, msg }) => `${level}: ${msg}`)).toEqual(['error: self-check failed']);
  expect(lines[0]?.text).toContain('may not insert');
});

test('a primary key that somebody dropped is named', async () => {
  await database.pool.query('alter table audit_logs drop constraint audit_logs_pkey cascade');
  const lines = await check();
  expect(lines.map(({ level, msg }) => `${level}: ${msg}`)).toEqual(['error: self-check failed']);
  expect(lines[0]?.text).toContain('audit_logs has no primary key on id');
});
