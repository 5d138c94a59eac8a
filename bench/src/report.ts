import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { median } from './statistics.ts';

/** One line of the table: what was measured in each round, and what it is compared with. */
export interface Measurement {
  readonly part: string;
  readonly name: string;
  readonly unit: string;
  /** One value a round. */
  readonly values: readonly number[];
  /** What this one is divided by: the name of a measurement of the same part, or `part/name` of another one. */
  readonly comparedWith?: string;
  /** The figure to reach; printed as reached or missed. */
  readonly bound?: Bound;
}

/** A figure to reach: of the ratio to `comparedWith`, or of the median itself. */
export interface Bound {
  readonly ratioAtLeast?: number;
  readonly ratioAtMost?: number;
  readonly atLeast?: number;
  readonly atMost?: number;
}

function toText(value: number): string {
  return value >= 1_000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}

/** The ratio of medians, or null when a measurement stands for itself. */
function toRatio(measurement: Measurement, all: readonly Measurement[]): number | null {
  const base = all.find(({ part, name }) => part === measurement.part && name === measurement.comparedWith);
  return base === undefined ? null : median(measurement.values) / median(base.values);
}

/** The table as text: median, range, ratio. */
export function toTable(all: readonly Measurement[]): string {
  const rows = all.map((measurement) => {
    const ratio = toRatio(measurement, all);
    const { name, unit, values, comparedWith } = measurement;
    const range = `[${toText(Math.min(...values))} to ${toText(Math.max(...values))}]`;
    const compared = ratio === null ? '' : `${ratio.toFixed(2)} × ${comparedWith}`;
    return [name, `${toText(median(values))} ${unit}`, range, compared];
  });
  const head = ['measured', 'median', 'range', 'ratio'];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n');
}

/** The machine in one line, as it stands under every published table. */
export function describeMachine(): string {
  const [first] = cpus();
  const memoryGib = Math.round(totalmem() / 1024 ** 3);
  return `${cpus().length} cores (${first?.model.trim() ?? 'unknown'}), ${memoryGib} GiB, Node ${process.version}`;
}

/** Writes the run as JSON into `directory` and tells the path. */
export async function writeResults(directory: string, all: readonly Measurement[], command: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const at = new Date().toISOString();
  const path = join(directory, `${at.replaceAll(/[:.]/g, '-')}.json`);
  const body = { at, command, machine: describeMachine(), measurements: all };
  await writeFile(path, `${JSON.stringify(body, null, 2)}\n`);
  return path;
}
