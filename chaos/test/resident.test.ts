import { expect, test } from 'vitest';

import { toTrend } from '../src/scenarios/overload/resident.ts';

const at = (seconds: number, mb: number) => ({ atMs: 5000 + seconds * 1000, mb });

test('growth is what the line of best fit rises by after the warm-up', () => {
  const samples = Array.from({ length: 61 }, (_, second) => at(second, second < 10 ? second * 10 : 100 + second));
  const { seconds, meanMb, growthMb } = toTrend(samples, 10_000);
  expect(seconds).toBe(50);
  expect(meanMb).toBeCloseTo(135);
  expect(growthMb).toBeCloseTo(50);
});

test('a sawtooth around one height does not grow', () => {
  const samples = Array.from({ length: 401 }, (_, step) => at(step / 4, 140 + (step % 8)));
  expect(Math.abs(toTrend(samples, 10_000).growthMb)).toBeLessThan(1);
});

test('too few samples tell nothing', () => {
  expect(toTrend([at(0, 100), at(20, 200)], 10_000)).toEqual({ seconds: 0, meanMb: 0, growthMb: 0 });
  expect(toTrend([], 10_000).seconds).toBe(0);
});
