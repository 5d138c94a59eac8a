import { expect, test } from 'vitest';
import {
  toFigureTable,
  toMarkdown,
  toPlainText,
  toReport,
  toSummary,
  toTable,
  toText,
  type Measurement,
} from '../src/report/report.ts';

const copy: Measurement = { part: 'drain', name: 'copy', unit: 'rows/s', values: [60_000, 50_000, 70_000] };
const ours: Measurement = {
  part: 'drain',
  name: 'two workers',
  unit: 'events/s',
  values: [72_000, 65_000, 77_000],
  comparedWith: 'copy',
  bound: { ratioAtLeast: 1.3 },
};

test.each([
  [0, '0'],
  [3, '3'],
  [0.123_456, '0.123'],
  [0.000_012, '0.000012'],
  [12.345, '12.3'],
  [99.96, '100'],
  [345.6, '346'],
  [1_234.5, '1,235'],
  [61_234, '61,200'],
  [1_234_567, '1,234,600'],
  [Number.NaN, '–'],
])('%d is written as %s', (value, text) => {
  expect(toText(value)).toBe(text);
});

test('a table holds median, range, ratio with its range, and the figure to reach', () => {
  expect(toTable([copy, ours])).toEqual({
    head: ['measured', 'median', 'range', 'ratio', 'to reach'],
    rows: [
      ['copy', '60,000 rows/s', '50,000 to 70,000', '', ''],
      ['two workers', '72,000 events/s', '65,000 to 77,000', '1.20 × copy (1.10 to 1.30)', '≥ 1.3 ×: missed'],
    ],
  });
});

test('columns that would be empty are left out, and one round has no range', () => {
  expect(toTable([{ ...copy, values: [60_000] }])).toEqual({
    head: ['measured', 'median'],
    rows: [['copy', '60,000 rows/s']],
  });
});

test('a part is compared with one whose table is another', () => {
  const table = toTable([{ ...ours, part: 'peers', comparedWith: 'drain/copy' }], [copy]);
  expect(table.rows[0]?.[3]).toBe('1.20 × copy');
});

test('a count is told to the last one', () => {
  expect(toTable([{ part: 'p', name: 'lost', unit: 'events', values: [1_000_001] }]).rows).toEqual([
    ['lost', '1,000,001 events'],
  ]);
});

test.each([
  ['rows', [5.17, 5.2, 5.15], '5.17 rows', '5.15 to 5.2'],
  ['events', [29_796, 29_796, 29_803], '29,796 events', '29,796 to 29,803'],
  ['events', [2.31, 2.37, 2.21], '2.31 events', '2.21 to 2.37'],
  ['events', [2, 3.5, 1], '2 events', '1 to 3.5'],
])('a median of %s lies within its range as printed: %j', (unit, values, median, range) => {
  expect(toTable([{ part: 'p', name: 'x', unit, values }]).rows).toEqual([['x', median, range]]);
});

test('what was not measured says so', () => {
  expect(toTable([{ ...copy, values: [] }]).rows).toEqual([['copy', 'not measured']]);
});

test('in a terminal columns stand below each other', () => {
  const lines = toPlainText({ head: ['a', 'b'], rows: [['long name', '1']] }).split('\n');
  expect(lines).toEqual(['a          b', '---------  -', 'long name  1']);
});

test('in Markdown a bar in a name does not end its cell', () => {
  expect(toMarkdown({ head: ['a', 'b'], rows: [['x | y', '1']] })).toBe('| a | b |\n|---|---|\n| x \\| y | 1 |');
});

test('the summary counts what was judged and names each missed figure with its measure', () => {
  const memory: Measurement = { part: 'drain', name: 'memory', unit: 'MB', values: [140], bound: { atMost: 128 } };
  const fine: Measurement = { ...memory, name: 'memory of two', values: [100] };
  const alone: Measurement = { ...ours, part: 'peers', comparedWith: 'nothing' };
  expect(toSummary([copy, ours, memory, fine, alone]).split('\n')).toEqual([
    '1 of 3 figures reached',
    '  missed: drain, two workers: 1.20 × copy, not ≥ 1.3 ×',
    '  missed: drain, memory: 140 MB, not ≤ 128 MB',
  ]);
  expect(toSummary([copy, alone])).toBe('');
});

test('the table of figures leaves out what was not judged', () => {
  const alone: Measurement = { ...ours, part: 'peers', comparedWith: 'nothing' };
  expect(toFigureTable([copy, ours, alone]).rows).toEqual([
    ['drain', 'two workers', '≥ 1.3 ×', '1.20 × copy', '**missed**'],
  ]);
});

test('a report has a table for each part that was measured, and the summary at its end', () => {
  const parts = [
    { name: 'limits', title: 'Limits' },
    { name: 'drain', title: 'Draining' },
  ];
  const report = toReport(parts, [copy, ours]);
  expect(report).toContain('\nDraining (drain)\n\nmeasured');
  expect(report).not.toContain('Limits');
  expect(report.split('\n').at(-2)).toBe('0 of 1 figures reached');
});
