import { expect, test } from 'vitest';
import { SIZING, toSizing } from '../src/index.ts';

test.each([
  [0, 0],
  [1, 0],
  [1000, 0],
  [1001, 1],
  [10_000, 1],
  [10_001, 2],
  [50_000, 2],
  [50_001, 3],
  [5_000_000, 3],
])('%d events a minute belong to row %d', (perMinute, row) => {
  expect(toSizing(perMinute)).toEqual(SIZING[row]);
});

test('more load never needs less', () => {
  for (const [at, row] of SIZING.entries()) {
    const next = SIZING[at + 1];
    if (next === undefined) continue;
    expect(next.abovePerMinute).toBeGreaterThan(row.abovePerMinute);
    expect(next.workers).toBeGreaterThanOrEqual(row.workers);
    expect(next.queueLength).toBeGreaterThanOrEqual(row.queueLength);
  }
});

test('a queue holds a minute of the load at the end of its row', () => {
  for (const [at, { queueLength }] of SIZING.entries()) {
    expect(queueLength).toBeGreaterThanOrEqual(SIZING[at + 1]?.abovePerMinute ?? 0);
  }
});
