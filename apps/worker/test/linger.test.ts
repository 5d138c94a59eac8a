import { expect, test } from 'vitest';
import { isBehind } from '../src/batching/linger.ts';

test('a claim that emptied its lane leaves nothing to hurry for, short or full', () => {
  expect(isBehind({ taken: 3, left: 0 })).toBe(false);
  expect(isBehind({ taken: 100, left: 0 })).toBe(false);
});

test('a queue is behind when as much again as was taken is left, and not before', () => {
  expect(isBehind({ taken: 100, left: 99 })).toBe(false);
  expect(isBehind({ taken: 100, left: 100 })).toBe(true);
});

test('a claim cut short by its bytes is behind while as many entries are left', () => {
  expect(isBehind({ taken: 40, left: 960 })).toBe(true);
});
