import { expect, test } from 'vitest';
import { toLinearScale, toLogAxis, toLogScale, toShortText, toValueScale } from '../src/report/chart-scale.ts';
import { toHeading, toLines } from '../src/report/chart-text.ts';
import { toSvg, type Chart } from '../src/report/charts.ts';

const chart: Chart = {
  name: 'drain',
  title: 'Drain & copy <both>',
  xLabel: 'workers',
  yLabel: 'events a second',
  series: [
    {
      name: 'drain "always"',
      points: [
        [1, 10],
        [2, 20],
        [4, 40],
      ],
    },
    {
      name: 'copy',
      points: [
        [1, 30],
        [4, 30],
      ],
    },
  ],
};

/** The points of each line as drawn. */
function linesOf(svg: string): readonly (readonly (readonly number[])[])[] {
  return [...svg.matchAll(/class="line s\d" d="M([\d. L]+)"/g)].map(([, path = '']) =>
    path.split('L').map((point) => point.split(' ').map(Number)),
  );
}

test('a y axis begins at 0 and ends at a round value above the largest', () => {
  expect(toLinearScale(83_000).ticks).toEqual([0, 20_000, 40_000, 60_000, 80_000, 100_000]);
  expect(toLinearScale(0.43).ticks.map((tick) => tick.toFixed(1))).toEqual(['0.0', '0.1', '0.2', '0.3', '0.4', '0.5']);
  expect(toLinearScale(100).ticks.at(-1)).toBe(100);
  expect(toLinearScale(0).ticks.length).toBeGreaterThan(1);
});

test('few values are named themselves, many by powers of ten', () => {
  expect(toLogScale([1_000, 65_536, 200]).ticks).toEqual([200, 1_000, 65_536]);
  const many = Array.from({ length: 12 }, (_, at) => 500 * 2 ** at);
  expect(toLogScale(many).ticks).toEqual([1_000, 10_000, 100_000, 1_000_000]);
  expect(toValueScale([1, 2, 4, 8]).ticks).toEqual([1, 2, 4, 8]);
});

test('on a logarithmic axis equal factors are equally far apart', () => {
  const { at } = toLogScale([10, 1_000]);
  expect([at(10), at(100), at(1_000)].map((share) => share.toFixed(3))).toEqual(['0.000', '0.500', '1.000']);
});

test('a logarithmic y axis ends at round values around its points, and equal factors are equally high', () => {
  expect(toLogAxis([2.95, 28, 920]).ticks).toEqual([2, 5, 10, 20, 50, 100, 200, 500, 1_000]);
  expect(toLogAxis([3, 28, 40]).ticks).toEqual([2, 5, 10, 20, 50]);
  expect(toLogAxis([0.3, 1_556]).ticks).toEqual([0.1, 1, 10, 100, 1_000, 10_000]);
  expect(toLogAxis([5, 5]).ticks).toEqual([5]);
  const { at } = toLogAxis([1, 1_000]);
  expect([at(1), at(10), at(1_000)].map((share) => share.toFixed(3))).toEqual(['0.000', '0.333', '1.000']);
});

test('one point that is a hundred times as high does not flatten a logarithmic chart', () => {
  const points = [
    [1, 1],
    [2, 10],
    [3, 1_000],
  ] as const;
  const heightsOf = (logY: boolean): readonly number[] => {
    const svg = toSvg({ ...chart, logY, series: [{ name: 'wait', points }] });
    expect(svg.includes('(logarithmic)')).toBe(logY);
    const [first = 0, second = 0, third = 0] = (linesOf(svg)[0] ?? []).map(([, y = 0]) => y);
    return [first - second, second - third];
  };
  const [low = 0, high = 0] = heightsOf(true);
  expect(high).toBeCloseTo(2 * low, 0);
  expect(heightsOf(false)[0]).toBeLessThan(5);
});

test.each([
  [0, '0'],
  [0.25, '0.25'],
  [950, '950'],
  [1_500, '1.5k'],
  [65_536, '64Ki'],
  [64_000, '64k'],
  [30_000_000, '30M'],
  [2e9, '2G'],
])('%d is named %s', (value, text) => {
  expect(toShortText(value)).toBe(text);
});

test('every point is drawn at its place: twice the value is twice as high', () => {
  const [drain = []] = linesOf(toSvg(chart)).filter((line) => line.length === 3);
  const [first = [], second = [], third = []] = drain;
  const rise = (from: readonly number[], to: readonly number[]): number => (from[1] ?? 0) - (to[1] ?? 0);
  expect(rise(second, third)).toBeCloseTo(2 * rise(first, second), 0);
  expect((third[0] ?? 0) - (second[0] ?? 0)).toBeCloseTo(2 * ((second[0] ?? 0) - (first[0] ?? 0)), 0);
});

test('title, axes and lines are named, and no name breaks the file', () => {
  const svg = toSvg(chart);
  for (const text of ['Drain &amp; copy &lt;both&gt;', 'workers', 'events a second', 'drain &quot;always&quot;']) {
    expect(svg).toContain(`>${text}<`);
  }
  expect(svg).not.toMatch(/<both>/);
});

test('a single line needs no legend', () => {
  expect(toSvg({ ...chart, series: chart.series.slice(1) })).not.toContain('>copy<');
});

test('a value that is none is left out of its line', () => {
  const points = [
    [1, 10],
    [2, Number.NaN],
    [3, 30],
  ] as const;
  const svg = toSvg({ ...chart, series: [{ name: 'gap', points }] });
  expect(svg).not.toContain('NaN');
  expect(linesOf(svg)[0]).toHaveLength(2);
});

test('a chart follows the scheme of its reader', () => {
  expect(toSvg(chart)).toContain('prefers-color-scheme: dark');
});

test('a long title is broken at its blanks, and its remark stands below it', () => {
  const text = 'Writes at 10,000 requests a minute into one table of many (limit: one transaction a linger)';
  expect(toHeading(text)).toEqual({
    title: ['Writes at 10,000 requests a minute into one', 'table of many'],
    remark: ['Limit: one transaction a linger'],
  });
  expect(toLines('a_word_that_is_too_long next', 5)).toEqual(['a_word_that_is_too_long', 'next']);
  const plain = toSvg({ ...chart, title: 'Writes' });
  const long = toSvg({ ...chart, title: text });
  const heightOf = (svg: string): number => Number(/height="(\d+)"/.exec(svg)?.[1]);
  expect(heightOf(long)).toBeGreaterThan(heightOf(plain));
});
