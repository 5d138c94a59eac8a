import { expect, test } from 'vitest';
import { toRatio, toVerdict } from '../src/report/compare.ts';
import type { Bound, Measurement } from '../src/report/report.ts';

function measure(part: string, name: string, values: readonly number[], more: Partial<Measurement> = {}): Measurement {
  return { part, name, unit: 'events/s', values, ...more };
}

const copy = measure('drain', 'copy', [100, 50, 200]);

function judge(values: readonly number[], bound: Bound, comparedWith?: string) {
  const measurement = measure('drain', 'ours', values, { bound, comparedWith });
  return toVerdict(measurement, [copy, measurement]);
}

test('rounds of one part are divided by their neighbours, and the middle ratio is told', () => {
  const ours = measure('drain', 'ours', [110, 60, 180], { comparedWith: 'copy' });
  const ratio = toRatio(ours, [ours, copy]);
  expect(ratio).toEqual({ base: 'copy', median: 1.1, range: [0.9, 1.2] });
});

test('parts, and counts of rounds that differ, are compared by their medians', () => {
  const theirs = measure('peers', 'bullmq', [20, 40, 30], { comparedWith: 'drain/copy' });
  expect(toRatio(theirs, [theirs, copy])).toEqual({ base: 'copy', median: 0.3, range: null });
  const fewer = measure('drain', 'ours', [50], { comparedWith: 'copy' });
  expect(toRatio(fewer, [fewer, copy])).toEqual({ base: 'copy', median: 0.5, range: null });
});

test('a base from before and after all others is the neighbour of each round by the mean of both', () => {
  const base = measure('rows', 'small', [100, 40, 80, 140, 60, 120]);
  const ours = measure('rows', 'large', [60, 50, 90], { comparedWith: 'small' });
  expect(toRatio(ours, [base, ours])).toEqual({ base: 'small', median: 0.9, range: [0.5, 1] });
});

test.each([
  [[-2], [4]],
  [[0], [4]],
  [[4], [-1]],
  [
    [4, 3, 5],
    [1, -2, 1],
  ],
  [
    [4, 3, 0],
    [0, 0, 0],
  ],
])('a difference of zero or less has no ratio: base %j, value %j', (base, values) => {
  const ours = measure('p', 'ours', values, { comparedWith: 'base', bound: { ratioAtMost: 2 } });
  const all = [measure('p', 'base', base), ours];
  expect(toRatio(ours, all)).toBeNull();
  expect(toVerdict(ours, all)?.isReached).toBeNull();
});

test('a name with a slash is looked for in its own part first', () => {
  const slashed = measure('peers', 'drain/copy', [10]);
  const theirs = measure('peers', 'bullmq', [20], { comparedWith: 'drain/copy' });
  expect(toRatio(theirs, [copy, theirs, slashed])?.median).toBe(2);
});

test('what is compared with something that was not measured has no ratio and is not judged', () => {
  const lone = measure('peers', 'bullmq', [20], { comparedWith: 'drain/copy', bound: { ratioAtLeast: 2 } });
  expect(toRatio(lone, [lone])).toBeNull();
  expect(toVerdict(lone, [lone])).toEqual({ figure: '≥ 2 ×', isReached: null });
});

test('a figure to reach is judged by the ratio or by the median, the limit itself included', () => {
  expect(judge([130, 65, 260], { ratioAtLeast: 1.3 }, 'copy')).toEqual({ figure: '≥ 1.3 ×', isReached: true });
  expect(judge([129, 64, 259], { ratioAtLeast: 1.3 }, 'copy')?.isReached).toBe(false);
  expect(judge([100, 50, 200], { ratioAtMost: 1 }, 'copy')?.isReached).toBe(true);
  expect(judge([110, 60, 210], { ratioAtMost: 1 }, 'copy')?.isReached).toBe(false);
  expect(judge([3, 9, 1], { atMost: 3 })).toEqual({ figure: '≤ 3 events/s', isReached: true });
  expect(judge([3, 9, 1], { atMost: 2.9 })?.isReached).toBe(false);
  expect(judge([4_000], { atLeast: 4_000 })).toEqual({ figure: '≥ 4,000 events/s', isReached: true });
});

test('of two figures both have to be reached', () => {
  expect(judge([130, 65, 260], { ratioAtLeast: 1.3, atMost: 100 }, 'copy')?.isReached).toBe(false);
  expect(judge([130, 65, 260], { ratioAtLeast: 1.3, atMost: 130 }, 'copy')).toEqual({
    figure: '≥ 1.3 ×, ≤ 130 events/s',
    isReached: true,
  });
});

test('what has no figure, no values or a value that is none is not judged', () => {
  expect(toVerdict(copy, [copy])).toBeNull();
  expect(judge([], { atMost: 3 })?.isReached).toBeNull();
  expect(judge([Number.NaN], { atMost: 3 })?.isReached).toBeNull();
});
