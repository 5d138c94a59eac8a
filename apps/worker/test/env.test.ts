import { namesReadBy, parseEnv } from '@auditlane/runtime';
import { expect, test } from 'vitest';
import { workerEnvSchema } from '../src/env.ts';

test('the environment has every variable that the documents say a worker reads', () => {
  const documented = namesReadBy('worker');
  expect(Object.keys(workerEnvSchema.shape)).toEqual(expect.arrayContaining([...documented]));
  const undocumented = Object.keys(workerEnvSchema.shape).filter((name) => !documented.includes(name));
  expect(undocumented).toEqual(['AUDIT_CRASH_AT']);
});

test('without any variable the defaults apply', () => {
  expect(parseEnv(workerEnvSchema, {})).toMatchObject({
    AUDIT_BATCH_SMALL: 100,
    AUDIT_BATCH_MEDIUM: 300,
    AUDIT_BATCH_LARGE: 1000,
    AUDIT_LINGER_MS: 5,
    AUDIT_LEASE_MS: 30_000,
    AUDIT_QUEUE_KEY: 'audit:queue',
  });
});

test('an unknown crash step is refused', () => {
  expect(() => parseEnv(workerEnvSchema, { AUDIT_CRASH_AT: 'sometimes' })).toThrow(/AUDIT_CRASH_AT/);
});
