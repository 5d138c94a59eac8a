import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ceilingAfterStored, ceilingAfterTimeout } from '../src/batching/batch-ceiling.ts';

test('a statement that timed out halves the ceiling, down to a single row', () => {
  expect(ceilingAfterTimeout(1000)).toBe(500);
  expect(ceilingAfterTimeout(3)).toBe(1);
  expect(ceilingAfterTimeout(1)).toBe(1);
});

test('a slow statement lowers the ceiling, a fast one raises it, one in between leaves it', () => {
  expect(ceilingAfterStored(1000, { rows: 1000, elapsedMs: 2500, max: 1000 })).toBe(500);
  expect(ceilingAfterStored(100, { rows: 100, elapsedMs: 40, max: 1000 })).toBe(200);
  expect(ceilingAfterStored(300, { rows: 300, elapsedMs: 1000, max: 1000 })).toBe(300);
});

test('the ceiling stays between one row and the maximum whatever Postgres does', () => {
  const step = fc.record({ elapsedMs: fc.integer({ min: 0, max: 12_000 }), isTimeout: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 1, max: 1000 }), (steps, max) => {
      let ceiling = max;
      for (const { elapsedMs, isTimeout } of steps) {
        ceiling = isTimeout
          ? Math.min(ceiling, ceilingAfterTimeout(ceiling))
          : ceilingAfterStored(ceiling, { rows: ceiling, elapsedMs, max });
        expect(ceiling).toBeGreaterThanOrEqual(1);
        expect(ceiling).toBeLessThanOrEqual(max);
      }
    }),
  );
});

test('after any trouble, fast statements bring the full size back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1000 }), (start, max) => {
      let ceiling = Math.min(start, max);
      for (let statements = 0; statements < 10; statements += 1) {
        ceiling = ceilingAfterStored(ceiling, { rows: ceiling, elapsedMs: 5, max });
      }
      expect(ceiling).toBe(max);
    }),
  );
});
