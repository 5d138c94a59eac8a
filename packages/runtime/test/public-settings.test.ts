import * as z from 'zod';
import { expect, test } from 'vitest';
import { describeVariables, parseEnv, sharedEnv, toPublicSettings } from '../src/index.ts';

test('of all settings, those that are documented and no secret may be shown', () => {
  const env = parseEnv(z.object(sharedEnv), {
    REDIS_URL: 'redis://:hunter2@127.0.0.1:1',
    DATABASE_URL: 'postgres://u:hunter2@127.0.0.1/d',
    AUDIT_RETENTION_DAYS: '30',
  });
  const shown = toPublicSettings({ ...env, NOT_DOCUMENTED: 'hunter2' });
  expect(shown).toMatchObject({ AUDIT_RETENTION_DAYS: 30 });
  expect(JSON.stringify(shown)).not.toContain('hunter2');
  const open = new Set(describeVariables().flatMap(({ name, isSecret }) => (isSecret === true ? [] : [name])));
  expect(Object.keys(shown).filter((name) => !open.has(name))).toEqual([]);
  expect(Object.keys(shown).length).toBeGreaterThan(10);
});

test('only what the process has read is told', () => {
  expect(toPublicSettings({ LOG_LEVEL: 'info', AUDIT_LOOPBACK_SCOPES: ['monitor', 'ingest'] })).toEqual({
    LOG_LEVEL: 'info',
    AUDIT_LOOPBACK_SCOPES: ['ingest', 'monitor'],
  });
});
