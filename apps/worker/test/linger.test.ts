import { expect, test } from 'vitest';
import { lingerAfter } from '../src/batching/linger.ts';

const SHORT_WORK = { lingerMs: 5, workedMs: 3 };

test('a claim that emptied its lane lingers, short or full', () => {
  expect(lingerAfter({ taken: 3, left: 0 }, SHORT_WORK)).toBe(5);
  expect(lingerAfter({ taken: 100, left: 0 }, SHORT_WORK)).toBe(5);
});

test('nobody waits when as much again as was taken is left, whatever cut the claim short', () => {
  expect(lingerAfter({ taken: 100, left: 99 }, SHORT_WORK)).toBe(5);
  expect(lingerAfter({ taken: 100, left: 100 }, SHORT_WORK)).toBe(0);
  expect(lingerAfter({ taken: 40, left: 960 }, { lingerMs: 5, workedMs: 900 })).toBe(0);
});

test('a slot rests as long as it worked, and not much longer than the shortest rest', () => {
  const claim = { taken: 3, left: 0 };
  expect(lingerAfter(claim, { lingerMs: 5, workedMs: 20 })).toBe(20);
  expect(lingerAfter(claim, { lingerMs: 5, workedMs: 5000 })).toBe(50);
});

test('with no linger nobody waits', () => {
  expect(lingerAfter({ taken: 3, left: 0 }, { lingerMs: 0, workedMs: 20 })).toBe(0);
});
