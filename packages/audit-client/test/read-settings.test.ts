import { expect, test } from 'vitest';
import { readSettings } from '../src/settings/read-settings.ts';
import type { Settings } from '../src/settings/settings.ts';

function valid(options: unknown, environment: Record<string, string> = {}): Settings {
  const result = readSettings(options, environment);
  if (result.kind === 'invalid') throw new Error(JSON.stringify(result.issues));
  return result.settings;
}

function issuesOf(options: unknown, environment: Record<string, string> = {}) {
  const result = readSettings(options, environment);
  return result.kind === 'invalid' ? result.issues : [];
}

test('without options and environment the documented defaults hold', () => {
  expect(valid(undefined)).toMatchObject({
    redisUrl: 'redis://127.0.0.1:6379',
    queueKey: 'audit:queue',
    maxQueueLength: 10_000,
    maxUrgentLength: 2000,
    overflow: 'spool',
    spoolMaxBytes: 268_435_456,
    bufferMaxEvents: 10_000,
    bufferMaxBytes: 67_108_864,
    maxEventBytes: 65_536,
    deadlineMs: 5000,
    criticalDeadlineMs: 2000,
    poolSize: 2,
  });
  expect(valid(undefined).databaseUrl).toBeUndefined();
  expect(valid(undefined).spoolDir).toMatch(/auditlane-spool/);
});

test('an option wins over its variable, and an empty variable or undefined option counts as absent', () => {
  expect(valid({ overflow: 'wait' }, { AUDIT_OVERFLOW: 'drop' }).overflow).toBe('wait');
  expect(valid({ overflow: undefined }, { AUDIT_OVERFLOW: 'drop' }).overflow).toBe('drop');
  expect(valid({}, { AUDIT_OVERFLOW: '', AUDIT_MAX_QUEUE_LENGTH: '500' })).toMatchObject({
    overflow: 'spool',
    maxQueueLength: 500,
  });
  expect(valid({}, { XDG_STATE_HOME: '/state' }).spoolDir).toBe('/state/auditlane-spool');
});

test('every fault is named with its option and variable, and no value is repeated', () => {
  const issues = issuesOf(
    { deadlineMs: -1 },
    { AUDIT_MAX_QUEUE_LENGTH: '10k', REDIS_URL: 'secret-as-url', DATABASE_URL: 'mysql://u:secret@h/d' },
  );
  expect(issues.map((issue) => issue.path).toSorted()).toEqual([
    'databaseUrl',
    'deadlineMs',
    'maxQueueLength',
    'redisUrl',
  ]);
  expect(JSON.stringify(issues)).toContain('AUDIT_MAX_QUEUE_LENGTH');
  expect(JSON.stringify(issues)).not.toContain('secret');
});

test.each(['redis://h', 'rediss://u:p@h:1/2', 'unix:///run/redis.sock'])('the address %s is one', (redisUrl) => {
  expect(valid({ redisUrl }).redisUrl).toBe(redisUrl);
});

test('the policy "direct" needs a database', () => {
  expect(issuesOf({ overflow: 'direct' })).toMatchObject([{ path: 'overflow' }]);
  expect(valid({ overflow: 'direct', databaseUrl: 'postgres://localhost/a' }).overflow).toBe('direct');
});

test.each([
  null,
  7,
  'redis://x',
  [],
  new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error('trap');
      },
    },
  ),
])('options that are none are an issue, not an exception (%#)', (options) => {
  expect(issuesOf(options)).toHaveLength(1);
});
