import type { Detection } from '../detection/judge-detection.ts';
import type { ScenarioResult } from '../run-scenario.ts';

const HEAD = [
  'fault',
  'profile',
  'acknowledged',
  'stored',
  'dead',
  'lost',
  'duplicated',
  'adopted / absorbed / fenced',
  'fresh event after',
  'kept',
] as const;

/** What the product itself says of a loss. */
export function tellDetection({ named, unheard }: Detection): string {
  return `named ${named}${unheard === 0 ? '' : `, nobody ever heard of ${unheard}`}`;
}

function toRow(result: ScenarioResult): readonly string[] {
  const { id, title, profile, verdict, counters, skipped, broken, detection } = result;
  const name = `${id} ${title}`;
  if (skipped !== undefined) return [name, profile, '', '', '', '', '', '', '', `skipped: ${skipped}`];
  const isKept = broken.length === 0 ? 'yes' : 'NO';
  if (verdict === undefined) return [name, profile, '', '', '', '', '', '', '', isKept];
  return [
    name,
    profile,
    String(verdict.acknowledged),
    String(verdict.stored),
    String(verdict.dead),
    `${verdict.lost.length}${detection === undefined ? '' : ` (${tellDetection(detection)})`}`,
    String(verdict.duplicated.length),
    `${counters.adopted} / ${counters.absorbed} / ${counters.fenced}`,
    verdict.freshMs === null ? 'never' : `${(verdict.freshMs / 1000).toFixed(1)} s`,
    isKept,
  ];
}

/** The results as a Markdown table, its columns padded so that a terminal shows it straight too. */
export function toTable(results: readonly ScenarioResult[]): string {
  const rows = results.map(toRow);
  const widths = HEAD.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(HEAD), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n');
}
