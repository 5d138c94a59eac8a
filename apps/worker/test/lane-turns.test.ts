import { expect, test } from 'vitest';
import { createLaneTurns } from '../src/claims/lane-turns.ts';

test('every eighth claim prefers the main lane', () => {
  const next = createLaneTurns();
  const lanes = Array.from({ length: 24 }, next);
  expect(lanes.flatMap((lane, index) => (lane === 'main' ? [index] : []))).toEqual([7, 15, 23]);
});
