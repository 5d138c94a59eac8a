import { expect, test } from 'vitest';
import { createCrashPoint } from '../src/crash-point.ts';

function countCrashes(environment: Record<string, string>, times = 5): number {
  let crashes = 0;
  const crashPoint = createCrashPoint(environment, () => {
    crashes += 1;
  });
  for (let time = 1; time <= times; time += 1) crashPoint('after-spool');
  return crashes;
}

test('a crash point ends the process once, at its step, at the time that was asked for', () => {
  expect(countCrashes({ NODE_ENV: 'test', AUDIT_CRASH_AT: 'after-spool' })).toBe(1);
  expect(countCrashes({ NODE_ENV: 'test', AUDIT_CRASH_AT: 'after-spool:5' })).toBe(1);
  expect(countCrashes({ NODE_ENV: 'test', AUDIT_CRASH_AT: 'after-spool:5' }, 4)).toBe(0);
  expect(countCrashes({ NODE_ENV: 'test', AUDIT_CRASH_AT: 'before-ack' })).toBe(0);
});

test('outside of tests there are no crash points', () => {
  expect(countCrashes({ NODE_ENV: 'production', AUDIT_CRASH_AT: 'after-spool' })).toBe(0);
  expect(countCrashes({ AUDIT_CRASH_AT: 'after-spool' })).toBe(0);
  expect(countCrashes({ NODE_ENV: 'test' })).toBe(0);
});
