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

test('a primary key that somebody dropped is named', async () => {
  await database.pool.query('alter table audit_logs drop constraint audit_logs_pkey cascade');
  const lines = await check();
  expect(lines.map(({ level, msg }) => `${level}: ${msg}`)).toEqual(['error: self-check failed']);
  expect(lines[0]?.text).toContain('audit_logs has no primary key on id');
});
