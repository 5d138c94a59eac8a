import { namesReadBy, parseEnv } from '@auditlane/runtime';
import { expect, test } from 'vitest';
import { maintenanceEnvSchema } from '../src/env.ts';

test('the environment has every variable that the documents say maintenance reads', () => {
  expect(Object.keys(maintenanceEnvSchema.shape).toSorted()).toEqual(namesReadBy('maintenance').toSorted());
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
