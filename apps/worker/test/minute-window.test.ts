import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMinuteWindow, NO_COUNTS } from '../src/beats/minute-window.ts';

test('counts of the last 60 seconds are summed, older ones forgotten', () => {
  let nowMs = 0;
  const window = createMinuteWindow(() => nowMs);
  window.add({ batches: 1, rows: 100 });
  nowMs = 30_000;
  window.add({ batches: 1, rows: 50, dead_letters: 2 });
  expect(window.read()).toEqual({ ...NO_COUNTS, batches: 2, rows: 150, dead_letters: 2 });
  nowMs = 60_000;
  expect(window.read()).toEqual({ ...NO_COUNTS, batches: 1, rows: 50, dead_letters: 2 });
  nowMs = 90_000;
  expect(window.read()).toEqual(NO_COUNTS);
});

test('it agrees with a plain list of what was counted', () => {
  const addition = fc.record({ afterMs: fc.integer({ min: 0, max: 20_000 }), rows: fc.integer({ min: 0, max: 1000 }) });
  fc.assert(
    fc.property(fc.array(addition, { maxLength: 100 }), (additions) => {
      let nowMs = 0;
      const window = createMinuteWindow(() => nowMs);
      const counted: { second: number; rows: number }[] = [];
      for (const { afterMs, rows } of additions) {
        nowMs += afterMs;
        window.add({ rows });
        counted.push({ second: Math.floor(nowMs / 1000), rows });
        const recent = counted.filter(({ second }) => second > Math.floor(nowMs / 1000) - 60);
        expect(window.read().rows).toBe(recent.reduce((sum, each) => sum + each.rows, 0));
      }
    }),
  );
});
