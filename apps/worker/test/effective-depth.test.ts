import { expect, test } from 'vitest';
import { createEffectiveDepth } from '../src/batching/effective-depth.ts';

const SMALL = 100;

test('before the first claim nothing is known to wait', () => {
  expect(createEffectiveDepth(SMALL).current()).toBe(0);
});

test('what waits counts, and what was taken since a claim last found less than a small batch', () => {
  const depth = createEffectiveDepth(SMALL);
  depth.claimed({ taken: 100, left: 700 });
  expect(depth.current()).toBe(800);
  depth.claimed({ taken: 100, left: 900 });
  expect(depth.current()).toBe(1100);
});

test('a queue that is empty after each claim is deep when each claim finds a small batch and more', () => {
  const depth = createEffectiveDepth(SMALL);
  for (let claim = 1; claim <= 10; claim += 1) depth.claimed({ taken: 100, left: 0 });
  expect(depth.current()).toBe(1000);
});

test('a claim that finds less than a small batch, or nothing, begins anew', () => {
  for (const claim of [{ taken: 99, left: 0 }, null]) {
    const depth = createEffectiveDepth(SMALL);
    depth.claimed({ taken: 1000, left: 0 });
    depth.claimed(claim);
    expect(depth.current()).toBe(0);
  }
});

test('a claim that its bytes cut short is no sign of a short queue', () => {
  const depth = createEffectiveDepth(SMALL);
  depth.claimed({ taken: 8, left: 500 });
  expect(depth.current()).toBe(508);
});
