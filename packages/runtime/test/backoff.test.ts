import { expect, test } from 'vitest';
import { backoffMs } from '../src/backoff.ts';

const BOUNDS = { firstMs: 200, longestMs: 10_000 };

test('the wait doubles from the first to the longest and stays there for ever', () => {
  const waits = [1, 2, 3, 6, 7, 1_000_000].map((failures) => backoffMs(failures, BOUNDS, () => 1));
  expect(waits).toEqual([200, 400, 800, 6400, 10_000, 10_000]);
});

test('chance takes off at most a half', () => {
  expect(backoffMs(2, BOUNDS, () => 0)).toBe(200);
  expect(backoffMs(2, BOUNDS, () => 0.5)).toBe(300);
});
