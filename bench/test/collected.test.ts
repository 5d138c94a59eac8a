import { expect, test } from 'vitest';
import { Collected } from '../src/report/collected.ts';

test('values of one name come together, in the order in which names were first added', () => {
  const collected = new Collected('part');
  collected.add({ name: 'b', unit: 'ms' }, 1);
  collected.add({ name: 'a', unit: 'ms', comparedWith: 'b' }, 2);
  collected.add({ name: 'b', unit: 'ms' }, 3);
  expect(collected.toMeasurements()).toEqual([
    { part: 'part', name: 'b', unit: 'ms', values: [1, 3] },
    { part: 'part', name: 'a', unit: 'ms', comparedWith: 'b', values: [2] },
  ]);
});

test.each([undefined, Number.NaN, Number.POSITIVE_INFINITY])('%s is no measured value', (value) => {
  expect(() => new Collected('part').add({ name: 'a', unit: 'ms' }, value)).toThrow('"a" was not measured');
});
