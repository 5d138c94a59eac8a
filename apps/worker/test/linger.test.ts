import { expect, test } from 'vitest';
import { lingerAfter } from '../src/batching/linger.ts';

test('a short claim that emptied its lane lingers', () => {
  expect(lingerAfter({ taken: 3, limit: 100, left: 0 }, 5)).toBe(5);
});

test('a full claim does not linger', () => {
  expect(lingerAfter({ taken: 100, limit: 100, left: 0 }, 5)).toBe(0);
});

test('a claim cut short by its bytes does not linger while entries are left', () => {
  expect(lingerAfter({ taken: 40, limit: 1000, left: 960 }, 5)).toBe(0);
});
