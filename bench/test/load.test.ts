import { describe, expect, test } from 'vitest';
import { judge, relax } from '../src/load/judge.ts';
import { parseLoadOptions } from '../src/load/options.ts';
import { withShortBounds } from '../src/load/short-bounds.ts';
import { countLost } from '../src/operators/count-lost.ts';
import { noteLatency } from '../src/operators/note-latency.ts';
import { PARTS } from '../src/registry.ts';
import { createCollection } from '../src/report/collection.ts';
import type { Measurement } from '../src/report/report.ts';
import { toSeries } from '../src/report/to-series.ts';
import { assertDiskSpace } from '../src/rows/disk-space.ts';

function measured(name: string, value: number, rest: Partial<Measurement> = {}): Measurement {
  return { part: 'p', name, unit: 'ms', values: [value], ...rest };
}

describe('a figure under load', () => {
  test.each([
    [{ atMost: 10 }, 19, true],
    [{ atMost: 10 }, 21, false],
    [{ atMost: 0 }, 0, true],
    [{ atMost: 0 }, 1, false],
    [{ atLeast: 10 }, 6, true],
    [{ atLeast: 10 }, 4, false],
    [{ ratioAtMost: 1.5 }, 29, true],
    [{ ratioAtMost: 1.5 }, 31, false],
    [{ ratioAtLeast: 1.5 }, 8, true],
    [{ ratioAtLeast: 1.5 }, 7, false],
  ])('%j of %d beside a base of 10, margin 2: %s', (bound, value, isPassed) => {
    const all = [measured('base', 10), measured('x', value, { unit: 'events', bound, comparedWith: 'base' })];
    expect(judge(all, 2)).toMatchObject([{ name: 'x', isPassed }]);
  });

  test('in milliseconds passes when the bare variant of the same run is as slow', () => {
    const slow = measured('x', 40, { bound: { atMost: 1 }, comparedWith: 'base' });
    expect(judge([measured('base', 25), slow], 2)).toMatchObject([{ isPassed: true }]);
    expect(judge([measured('base', 10), slow], 2)).toMatchObject([{ isPassed: false }]);
  });

  test.each([0, -3])('in milliseconds does not pass by a bare variant that took %d', (bare) => {
    const slow = measured('x', 40, { bound: { atMost: 1 }, comparedWith: 'base' });
    expect(judge([measured('base', bare), slow], 2)).toMatchObject([{ isPassed: false, text: '40 ms (at most 2 ms)' }]);
  });

  test('of what logAudit adds passes beside a bare LPUSH that adds as much, and not beside the whole wait', () => {
    const judgedWith = (lpush: number) => {
      const collected = createCollection('operators');
      noteLatency(collected, 'requests', { withAudit: [34.4], without: [20], lpush: [lpush] });
      return judge(collected.toMeasurements(), 2).map(({ isPassed }) => isPassed);
    };
    expect(judgedWith(22)).toEqual([false, false]);
    expect(judgedWith(30)).toEqual([true, true]);
    expect(judgedWith(19)).toEqual([false, false]);
  });

  test('of a short drain is its ratio to COPY, of one at full size that of the bench', () => {
    const copy = measured('COPY of 100,000 rows, 1 connection', 100, { part: 'drain' });
    const drainAt = (value: number, rest: Partial<Measurement> = {}): Measurement =>
      measured('drain of 100,000 by 2 workers', value, {
        part: 'drain',
        unit: 'events/s',
        comparedWith: copy.name,
        ...rest,
      });
    const judgeShort = (drain: Measurement) => judge(withShortBounds([copy, drain]), 2).map(({ isPassed }) => isPassed);
    expect(judgeShort(drainAt(41))).toEqual([true]);
    expect(judgeShort(drainAt(39))).toEqual([false]);
    expect(judgeShort(drainAt(41, { bound: { ratioAtLeast: 1 } }))).toEqual([false]);
    expect(judgeShort(drainAt(1, { name: 'drain of 100,000 by 4 workers' }))).toEqual([]);
  });

  test('of memory has a small margin, whatever is given', () => {
    const [most, more] = [160, 161].map((value) => measured('x', value, { unit: 'MiB', bound: { atMost: 128 } }));
    expect(
      judge(
        [most, more].flatMap((each) => each ?? []),
        10,
      ).map(({ isPassed }) => isPassed),
    ).toEqual([true, false]);
  });

  test('that is a ratio fails when there is nothing to compare with', () => {
    expect(judge([measured('x', 1, { bound: { ratioAtMost: 2 }, comparedWith: 'gone' })], 2)).toMatchObject([
      { isPassed: false },
    ]);
  });

  test('is not judged when none is asked for', () => {
    expect(judge([measured('x', 1)], 2)).toEqual([]);
    expect(relax({}, 2)).toEqual({});
  });
});

test.each([
  [[], { kind: 'run', scale: 0.1, margin: 2 }],
  [['--scale', '0.01', '--margin', '3'], { kind: 'run', scale: 0.01, margin: 3 }],
  [['--help'], { kind: 'help' }],
  [['--scale', '2'], { kind: 'invalid', message: '--scale takes a number from 0.001 to 1, not "2"' }],
  [['--margin', 'x'], { kind: 'invalid', message: '--margin takes a number from 1 to 10, not "x"' }],
])('the command line %j', (args, options) => {
  expect(parseLoadOptions(args)).toEqual(options);
});

test.each([['--what'], ['word']])('%s is refused', (arg) => {
  expect(parseLoadOptions([arg])).toMatchObject({ kind: 'invalid' });
});

test('events without a row are lost, and rows without a call end the run, since they would hide lost ones', () => {
  expect([countLost(10, 10), countLost(10, 7)]).toEqual([0, 3]);
  expect(() => countLost(10, 12)).toThrow('10 calls were made and 12 rows are stored');
});

test('rows that the disk has no room for are refused with both figures', async () => {
  await expect(assertDiskSpace('/tmp', 1e13)).rejects.toThrow(/need about [\d]+ GB below \/tmp, \d+ GB are free/);
  await expect(assertDiskSpace('/tmp', 0)).resolves.toBeUndefined();
});

test('a line of a chart has the medians of what matches, by its number', () => {
  const all = [measured('at 10,000', 5), measured('at 200', 1), measured('else 7', 9)];
  expect(toSeries(all, { part: 'p', pattern: /^at ([\d,]+)$/, name: 'line' })).toEqual({
    name: 'line',
    points: [
      [200, 1],
      [10_000, 5],
    ],
  });
});

test.each(PARTS.filter(({ name }) => name.startsWith('scale-')))('$name names what limits it', ({ limit = '' }) => {
  expect(limit.length).toBeGreaterThan(50);
});
