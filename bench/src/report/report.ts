import { toRatio, toVerdict } from './compare.ts';
import { median } from './statistics.ts';

/** One line of the table: what was measured in each round, what it is compared with, and the figure to reach. */
export interface Measurement {
  readonly part: string;
  readonly name: string;
  readonly unit: string;
  /** One value a round. */
  readonly values: readonly number[];
  /**
   * What this one is divided by: the name of a measurement of the same part, or `part/name` of another one. One that is
   * measured before and after all others has twice as many values, first those from before.
   */
  readonly comparedWith?: string | undefined;
  /** The figure to reach; printed as reached or missed. */
  readonly bound?: Bound | undefined;
}

/** A figure to reach: of the ratio to `comparedWith`, or of the median itself. */
export interface Bound {
  readonly ratioAtLeast?: number | undefined;
  readonly ratioAtMost?: number | undefined;
  readonly atLeast?: number | undefined;
  readonly atMost?: number | undefined;
}

/** A table: a heading and rows of as many cells. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const COUNTED_UNITS: ReadonlySet<string> = new Set(['events', 'rows', 'entries']);

/** A value as people read it: three digits that count, thousands apart, no exponent. */
export function toText(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Number.isInteger(value) && Math.abs(value) < 1_000) return String(value);
  if (Math.abs(value) < 0.001) return value === 0 ? '0' : value.toFixed(6);
  if (Math.abs(value) < 100) return value.toLocaleString('en', { maximumSignificantDigits: 3 });
  if (Math.abs(value) < 10_000) return Math.round(value).toLocaleString('en');
  return (Math.round(value / 100) * 100).toLocaleString('en');
}

/** A value without its unit: counts stay exact, while a mean of counts is told like any other value. */
function toAmount(value: number, unit: string): string {
  return COUNTED_UNITS.has(unit) && Number.isInteger(value) ? value.toLocaleString('en') : toText(value);
}

function toValue(value: number, unit: string): string {
  return `${toAmount(value, unit)} ${unit}`.trim();
}

function toRange(values: readonly number[], unit: string): string {
  return [Math.min(...values), Math.max(...values)].map((value) => toAmount(value, unit)).join(' to ');
}

function toRow(measurement: Measurement, all: readonly Measurement[]): readonly string[] {
  const { name, unit, values } = measurement;
  const ratio = toRatio(measurement, all);
  const verdict = toVerdict(measurement, all);
  const ratioRange = ratio?.range ?? null;
  const spread =
    ratioRange === null || values.length === 1 ? '' : ` (${ratioRange.map((each) => each.toFixed(2)).join(' to ')})`;
  const outcome = { true: 'reached', false: 'missed', null: 'not judged' }[`${verdict?.isReached ?? null}`];
  return [
    name,
    values.length === 0 ? 'not measured' : toValue(median(values), unit),
    values.length < 2 ? '' : toRange(values, unit),
    ratio === null ? '' : `${ratio.median.toFixed(2)} × ${ratio.base}${spread}`,
    verdict === null ? '' : `${verdict.figure}: ${outcome}`,
  ];
}

/** The table of some measurements: median, range, ratio, figure to reach; columns that would be empty are left out. */
export function toTable(shown: readonly Measurement[], all: readonly Measurement[] = shown): Table {
  const head = ['measured', 'median', 'range', 'ratio', 'to reach'];
  const rows = shown.map((measurement) => toRow(measurement, all));
  const kept = head.map((_, column) => rows.some((row) => row[column] !== ''));
  const keep = (cells: readonly string[]): readonly string[] => cells.filter((_, column) => kept[column]);
  return { head: keep(head), rows: rows.map(keep) };
}

/** As text for a terminal; the columns stand below each other. */
export function toPlainText({ head, rows }: Table): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** As Markdown. */
export function toMarkdown({ head, rows }: Table): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

interface Judged {
  readonly part: string;
  readonly name: string;
  readonly measured: string;
  readonly figure: string;
  readonly isReached: boolean;
}

function judgeAll(all: readonly Measurement[]): readonly Judged[] {
  return all.flatMap((measurement) => {
    const verdict = toVerdict(measurement, all);
    if (verdict === null || verdict.isReached === null) return [];
    const ratio = toRatio(measurement, all);
    const { part, name, unit, values } = measurement;
    const isOfRatio = ratio !== null && verdict.figure.includes('×');
    const measured = isOfRatio ? `${ratio.median.toFixed(2)} × ${ratio.base}` : toValue(median(values), unit);
    return [{ part, name, measured, figure: verdict.figure, isReached: verdict.isReached }];
  });
}

/** How many figures were reached, and which were not, in lines; empty when there was none to reach. */
export function toSummary(all: readonly Measurement[]): string {
  const judged = judgeAll(all);
  if (judged.length === 0) return '';
  const missed = judged.filter(({ isReached }) => !isReached);
  const lines = missed.map(
    ({ part, name, measured, figure }) => `  missed: ${part}, ${name}: ${measured}, not ${figure}`,
  );
  return [`${judged.length - missed.length} of ${judged.length} figures reached`, ...lines].join('\n');
}

/** Every figure to reach and what became of it, over all parts. */
export function toFigureTable(all: readonly Measurement[]): Table {
  return {
    head: ['part', 'measured', 'to reach', 'median', ''],
    rows: judgeAll(all).map(({ part, name, measured, figure, isReached }) => [
      part,
      name,
      figure,
      measured,
      isReached ? 'reached' : '**missed**',
    ]),
  };
}

/** Everything that was measured, part after part, for a terminal. */
export function toReport(
  parts: readonly { readonly name: string; readonly title: string }[],
  all: readonly Measurement[],
): string {
  const tables = parts.flatMap(({ name, title }) => {
    const shown = all.filter(({ part }) => part === name);
    return shown.length === 0 ? [] : [`\n${title} (${name})\n\n${toPlainText(toTable(shown, all))}`];
  });
  const settings = '\nRedis appendfsync always, Postgres synchronous_commit on, all on this machine.';
  return [...tables, settings, toSummary(all)].join('\n').trimEnd();
}
