import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { crashOnceSent, createCrashPoint } from '../src/storing/crash-point.ts';

// A crash point that fired here would end this very process.
test('a crash point never fires outside tests, whatever the environment asks for', () => {
  const crashPoint = createCrashPoint({ NODE_ENV: 'production', AUDIT_CRASH_AT: 'after-claim' });
  expect(() => crashPoint('after-claim')).not.toThrow();
});

test('a crash point fires at its own step alone', () => {
  const crashPoint = createCrashPoint({ NODE_ENV: 'test', AUDIT_CRASH_AT: 'after-commit' });
  expect(() => crashPoint('after-claim')).not.toThrow();
});

test('a store call is left as it is unless this process is to die before its commit', () => {
  const call = (): string => 'stored';
  expect(crashOnceSent(new EventEmitter(), { NODE_ENV: 'test' }, call)).toBe(call);
});
