import { namesReadBy, parseEnv } from '@auditlane/runtime';
import { expect, test } from 'vitest';
import { maintenanceEnvSchema } from '../src/env.ts';

/** What the self-check compares with the memory of Redis. */
const CAPS = ['AUDIT_MAX_QUEUE_LENGTH', 'AUDIT_MAX_URGENT_LENGTH'];

test('the environment has every variable that the documents say maintenance reads, alerts apart, and the caps of the queue', () => {
  const documented = namesReadBy('maintenance').filter((name) => !name.startsWith('AUDIT_ALERT_'));
  expect(Object.keys(maintenanceEnvSchema.shape).toSorted()).toEqual([...new Set([...documented, ...CAPS])].toSorted());
});

test('without any variable the defaults apply', () => {
  expect(parseEnv(maintenanceEnvSchema, {})).toMatchObject({
    AUDIT_QUEUE_KEY: 'audit:queue',
    AUDIT_RETENTION_DAYS: 90,
    AUDIT_MAX_QUEUE_LENGTH: 10_000,
  });
});

test('a retention of nothing is refused', () => {
  expect(() => parseEnv(maintenanceEnvSchema, { AUDIT_RETENTION_DAYS: '0' })).toThrow(/AUDIT_RETENTION_DAYS/);
});
