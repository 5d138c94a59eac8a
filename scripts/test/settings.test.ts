import { ConfigError } from '@auditlane/runtime';
import { expect, test } from 'vitest';
import { checkSettings } from '../start/settings.ts';

function faultsOf(env: Readonly<Record<string, string>>): readonly string[] {
  try {
    checkSettings(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map(({ name, problem }) => `${name}: ${problem}`);
    throw error;
  }
}

test.each([
  ['the start', { AUDIT_WORKERS: 'abc' }, 'AUDIT_WORKERS: must be a whole number from 1 to 64, got "abc"'],
  ['the workers', { AUDIT_LEASE_MS: 'abc' }, 'AUDIT_LEASE_MS: must be a whole number from 500 to 3600000, got "abc"'],
  ['workers and API', { AUDIT_BATCH_SMALL: '500' }, 'AUDIT_BATCH_MEDIUM: must not be below AUDIT_BATCH_SMALL (500)'],
  ['the API', { AUDIT_OVERFLOW: 'explode' }, 'AUDIT_OVERFLOW: must be one of spool, wait, direct, drop, got "explode"'],
  [
    'maintenance',
    { AUDIT_RETENTION_DAYS: '0' },
    'AUDIT_RETENTION_DAYS: must be a whole number from 1 to 36500, got "0"',
  ],
  [
    'several processes',
    { AUDIT_MAX_QUEUE_LENGTH: 'abc' },
    'AUDIT_MAX_QUEUE_LENGTH: must be a whole number from 1 to 50000000, got "abc"',
  ],
])('a bad setting of %s is found before anything starts, and told once', (_whose, env, fault) => {
  expect(faultsOf(env)).toEqual([fault]);
});

test('the faults of all processes come together', () => {
  expect(faultsOf({ AUDIT_LEASE_MS: 'abc', PORT: '99999', AUDIT_RETENTION_DAYS: '0' })).toHaveLength(3);
  expect(faultsOf({})).toEqual([]);
});
