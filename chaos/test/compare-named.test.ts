import { expect, test } from 'vitest';

import { compareNamed, countUnheard, type ProducerEvidence } from '../src/detection/compare-named.ts';

/** Stored 1, 2, 6 and 7; of what lay between, `c` and `d` had receipts. */
const EVIDENCE: ProducerEvidence = {
  producerId: 'p',
  lost: ['c', 'd'],
  stored: [
    { id: 'a', number: 1 },
    { id: 'b', number: 2 },
    { id: 'f', number: 6 },
    { id: 'g', number: 7 },
  ],
  others: [8],
  unacknowledged: 1,
  named: [{ first: 3, last: 5 }],
  knownTo: 8,
  isClosed: true,
};

test('a loss is named when its gap is, with what had no receipt in it', () => {
  expect(compareNamed(EVIDENCE)).toEqual([]);
  expect(compareNamed({ ...EVIDENCE, named: [{ first: 4, last: 5 }] })).toEqual([]);
});

test('a loss that is named too small, elsewhere or not at all is told', () => {
  expect(compareNamed({ ...EVIDENCE, named: [{ first: 3, last: 3 }] })).toEqual([
    '2 lost events of producer p after number 2: the product names 1',
  ]);
  expect(compareNamed({ ...EVIDENCE, named: [] })).toHaveLength(1);
  expect(compareNamed({ ...EVIDENCE, named: [{ first: 9, last: 10 }] })).toHaveLength(1);
});

test('what is stored must not be called lost, be it an event or what the client says of itself', () => {
  expect(compareNamed({ ...EVIDENCE, named: [{ first: 3, last: 6 }], unacknowledged: 5 })).toEqual([
    'the product calls number 6 of producer p lost: it is stored',
  ]);
  const own = [
    { first: 3, last: 5 },
    { first: 8, last: 8 },
  ];
  expect(compareNamed({ ...EVIDENCE, named: own, unacknowledged: 5 })).toHaveLength(1);
});

test('more than was ever logged must not be called lost', () => {
  expect(compareNamed({ ...EVIDENCE, unacknowledged: 0 })).toEqual([
    'the product names 3 lost events of producer p, at most 2 are',
  ]);
});

test('an end that no server heard of cannot be named, unless the producer closed and told its last number', () => {
  const tail = { ...EVIDENCE, lost: ['h', 'i'], named: [], isClosed: false, knownTo: 7 };
  expect(compareNamed(tail)).toEqual([]);
  expect(countUnheard(tail)).toBe(2);
  expect(compareNamed({ ...tail, knownTo: 9 })).toHaveLength(1);
  expect(compareNamed({ ...tail, isClosed: true })).toHaveLength(1);
  expect(countUnheard({ ...tail, isClosed: true })).toBe(0);
});

test('a producer that lost everything it logged is compared as well', () => {
  const all = { ...EVIDENCE, lost: ['a', 'b'], stored: [], others: [], unacknowledged: 0, knownTo: 2 };
  expect(compareNamed({ ...all, named: [{ first: 1, last: 2 }] })).toEqual([]);
  expect(compareNamed({ ...all, named: [] })).toHaveLength(1);
});
