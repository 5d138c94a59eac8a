import { expect, test } from 'vitest';
import { createCollection } from '../src/report/collection.ts';

test('values of one name come together, in the order in which names were first added', () => {
  const collected = createCollection('part');
  collected.add({ name: 'b', unit: 'ms' }, 1);
  collected.add({ name: 'a', unit: 'ms', comparedWith: 'b' }, 2);
  collected.add({ name: 'b', unit: 'ms' }, 3);
  expect(collected.toMeasurements()).toEqual([
    { part: 'part', name: 'b', unit: 'ms', values: [1, 3] },
    { part: 'part', name: 'a', unit: 'ms', comparedWith: 'b', values: [2] },
  ]);
});

test('values of rounds are gathered under one name, and the largest alone where it counts', () => {
  const collected = createCollection('p');
  for (const value of [1, 3, 2]) {
    collected.add({ name: 'each', unit: 'ms' }, value);
    collected.addLargest({ name: 'worst', unit: 'events', bound: { atMost: 0 } }, value);
  }
  expect(collected.toMeasurements()).toEqual([
    { part: 'p', name: 'each', unit: 'ms', values: [1, 3, 2] },
    { part: 'p', name: 'worst', unit: 'events', values: [3], bound: { atMost: 0 } },
  ]);
});

test.each([undefined, Number.NaN, Number.POSITIVE_INFINITY])('%s is no measured value', (value) => {
  const collected = createCollection('part');
  for (const add of [collected.add, collected.addLargest]) {
    expect(() => add({ name: 'a', unit: 'ms' }, value)).toThrow(RangeError);
    expect(() => add({ name: 'a', unit: 'ms' }, value)).toThrow('"a" was not measured');
  }
});
