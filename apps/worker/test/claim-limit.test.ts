import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CLAIM_BYTES, claimLimit, toMeanBytes } from '../src/batching/claim-limit.ts';

test('small entries are limited by the batch size, or by what a statement bears', () => {
  expect(claimLimit({ batchSize: 1000, ceiling: 1000, entryBytes: 0 })).toBe(1000);
  expect(claimLimit({ batchSize: 1000, ceiling: 1000, entryBytes: 500 })).toBe(1000);
  expect(claimLimit({ batchSize: 1000, ceiling: 250, entryBytes: 500 })).toBe(250);
});

test('large entries are limited by their bytes', () => {
  expect(claimLimit({ batchSize: 1000, ceiling: 1000, entryBytes: 65_536 })).toBe(CLAIM_BYTES / 65_536);
});

test('a claim may always take one entry, and never more than 1000', () => {
  const whole = fc.integer({ min: 1, max: 1000 });
  fc.assert(
    fc.property(whole, whole, fc.double({ min: 0, max: 6e8, noNaN: true }), (batchSize, ceiling, entryBytes) => {
      const limit = claimLimit({ batchSize, ceiling, entryBytes });
      expect(Number.isInteger(limit)).toBe(true);
      expect(limit).toBeGreaterThanOrEqual(1);
      expect(limit).toBeLessThanOrEqual(1000);
    }),
  );
});

test('the mean size of no entries is none', () => {
  expect(toMeanBytes([])).toBe(0);
  expect(toMeanBytes([Buffer.alloc(10), Buffer.alloc(20)])).toBe(15);
});
