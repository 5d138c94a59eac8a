import fc from 'fast-check';
import { expect, test } from 'vitest';
import { outageBackoffMs } from '../src/outages/backoff.ts';

test('waits double from a tenth of a second and end at ten seconds', () => {
  const waits = [1, 2, 3, 4, 8, 9, 1000].map((failures) => outageBackoffMs(failures, () => 1));
  expect(waits).toEqual([100, 200, 400, 800, 10_000, 10_000, 10_000]);
});

test('half of each wait is left to chance, so that workers spread', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 10_000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (failures, chance) => {
        const whole = outageBackoffMs(failures, () => 1);
        const wait = outageBackoffMs(failures, () => chance);
        expect(wait).toBeGreaterThanOrEqual(whole / 2);
        expect(wait).toBeLessThanOrEqual(whole);
      },
    ),
  );
});
