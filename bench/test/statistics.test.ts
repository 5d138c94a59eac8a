import fc from 'fast-check';
import { expect, test } from 'vitest';
import { median, percentile } from '../src/report/statistics.ts';

test('the median is the middle value, of an even count the lower of the two', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2);
  expect(median([7])).toBe(7);
});

test('a percentile is a value that was measured, the largest one at most', () => {
  const values = Array.from({ length: 100 }, (_, at) => 100 - at);
  expect(percentile(values, 0.5)).toBe(51);
  expect(percentile(values, 0.99)).toBe(100);
  expect(percentile(values, 1)).toBe(100);
  expect(percentile([5], 0)).toBe(5);
});

test('no more values lie below a percentile than its share says', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true }), { minLength: 1 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, share) => {
        const below = values.filter((value) => value < percentile(values, share)).length;
        expect(below).toBeLessThanOrEqual(values.length * share);
        expect(values).toContain(percentile(values, share));
      },
    ),
  );
});

test('nothing has no median', () => {
  expect(() => median([])).toThrow(RangeError);
  expect(() => percentile([], 0.5)).toThrow(RangeError);
});
