import { startTestRedis, useRedis } from '@auditlane/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { checkRedis, connectRedis, type RedisFault } from '../src/index.ts';
import { KEYS } from './support/test-queue.ts';

const { url, redis } = await useRedis({
  appendfsync: 'always',
  settings: { appendonly: 'yes', 'maxmemory-policy': 'noeviction', 'no-appendfsync-on-rewrite': 'no' },
});
const CAPACITIES = { capacity: 10_000, urgentCapacity: 2000 } as const;

async function check(target = url, username?: string): Promise<readonly RedisFault[]> {
  const connection = connectRedis(username === undefined ? target : target.replace('://', `://${username}:pass@`), {
    name: 'check',
  });
  onTestFinished(() => connection.disconnect());
  return checkRedis(connection, KEYS, CAPACITIES);
}

async function findings(): Promise<readonly string[]> {
  return (await check()).map(({ severity, code }) => `${severity} ${code}`);
}

async function withSetting(name: string, value: string): Promise<void> {
  const [, before = ''] = (await redis.config('GET', name)) as string[];
  await redis.config('SET', name, value);
  onTestFinished(async () => void (await redis.config('SET', name, before)));
}

test('our own Redis has no fault', async () => {
  expect(await findings()).toEqual([]);
});

test.each([
  ['maxmemory-policy', 'allkeys-lru', 'fatal eviction'],
  ['maxmemory-policy', 'volatile-ttl', 'fatal eviction'],
  ['appendfsync', 'everysec', 'warning fsync_not_always'],
  ['no-appendfsync-on-rewrite', 'yes', 'critical no_fsync_on_rewrite'],
  ['appendonly', 'no', 'critical aof_off'],
  ['maxmemory', '12287999', 'warning caps_exceed_memory'],
])('%s %s is found: %s', async (name, value, expected) => {
  await withSetting(name, value);
  expect(await findings()).toEqual([expected]);
});

test('caps that just fit into maxmemory are no fault', async () => {
  await withSetting('maxmemory', String(12_000 * 1024));
  expect(await findings()).toEqual([]);
});

test('where CONFIG is denied, what INFO tells is checked and the rest is unknown, a warning', async () => {
  await redis.acl('SETUSER', 'limited', 'on', '>pass', '~*', '&*', '+@all', '-config');
  onTestFinished(async () => void (await redis.acl('DELUSER', 'limited')));
  await withSetting('maxmemory-policy', 'allkeys-lru');
  const faults = await check(url, 'limited');
  expect(faults.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
    'fatal eviction',
    'warning setting_unknown',
    'warning setting_unknown',
  ]);
  expect(faults.map(({ message }) => message).join()).toContain('no-appendfsync-on-rewrite');
});

test('where CONFIG was renamed away, settings are unknown, not errors', async () => {
  const server = await startTestRedis({ settings: { 'rename-command CONFIG': '', appendonly: 'yes' } });
  onTestFinished(() => server.stop());
  const faults = await check(server.url);
  expect(faults.map(({ code }) => code)).toEqual(['setting_unknown', 'setting_unknown']);
});
