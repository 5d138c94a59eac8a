import { expect, test } from 'vitest';

import { createRandom, drawSeed, readSeed } from '../src/index.ts';

const draw = (seed: number): readonly number[] => {
  const random = createRandom(seed);
  return Array.from({ length: 20 }, () => random.integer(1, 1000));
};

test('one seed gives one sequence, another seed another', () => {
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});

test('numbers stay in their range and reach all of it', () => {
  const random = createRandom(3);
  const seen = new Set(Array.from({ length: 500 }, () => random.integer(2, 5)));
  expect([...seen].toSorted()).toEqual([2, 3, 4, 5]);
  expect(Array.from({ length: 1000 }, () => random.chance(0.25)).filter(Boolean).length).toBeGreaterThan(180);
});

test('a fork is a stream of its own that the draws of others do not move', () => {
  const one = createRandom(5);
  const other = createRandom(5);
  other.next();
  expect(one.fork('kills').next()).toBe(other.fork('kills').next());
  expect(one.fork('kills').next()).not.toBe(one.fork('delays').next());
});

test('a seed is read from SEED, drawn when there is none, and refused when it is none', () => {
  expect(readSeed('42')).toBe(42);
  expect(readSeed(undefined)).toBeGreaterThan(0);
  expect(drawSeed()).not.toBe(drawSeed());
  for (const text of ['0', '-1', '1.5', 'abc', '99999999999']) expect(() => readSeed(text)).toThrow(RangeError);
});

test('there is nothing to pick from an empty list', () => {
  expect(() => createRandom(1).pick([])).toThrow(RangeError);
  expect(createRandom(1).pick(['only'])).toBe('only');
});
