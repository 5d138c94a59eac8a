import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toRanges } from '../src/records/newest-first.ts';

const LOWEST = '00000000-0000-0000-0000-000000000000';
const HIGHEST = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const toId = (number: number): string => `${number.toString(16).padStart(8, '0')}-0000-0000-0000-000000000000`;
const anId = fc.integer({ min: 0, max: 0xffff_fffe }).map(toId);

test('ranges have every wanted id once, the newest first', () => {
  const wanted = fc.tuple(anId, anId).map(([a, b]) => (a < b ? { from: a, to: b } : { from: b, to: a }));
  fc.assert(
    fc.property(fc.uniqueArray(anId, { maxLength: 40 }), wanted, (ids, { from, to }) => {
      const ranges = toRanges(ids.toSorted().toReversed(), { from, to });
      expect(ranges.length > 0).toBe(from < to);
      expect(ranges[0]?.to ?? to).toBe(to);
      expect(ranges.at(-1)?.from ?? from).toBe(from);
      for (const [at, range] of ranges.entries()) {
        expect(range.from < range.to).toBe(true);
        if (at > 0) expect(range.to).toBe(ranges[at - 1]?.from);
      }
    }),
  );
});

test('ranges grow from one partition to two, four and so on', () => {
  const starts = Array.from({ length: 12 }, (_, index) => toId(1000 - index));
  const ranges = toRanges(starts, { from: LOWEST, to: HIGHEST });
  expect(ranges.map(({ from }) => from)).toEqual([toId(1000), toId(999), toId(997), toId(993), toId(989), LOWEST]);
});

test('an id in upper case bounds as in lower case', () => {
  const page = { from: LOWEST, to: '019A5C1E-7D20-7CC3-98C4-DC0C0C07398F' };
  expect(toRanges([], page)).toEqual([{ from: LOWEST, to: page.to.toLowerCase() }]);
});
