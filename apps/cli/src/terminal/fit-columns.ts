import type { Column } from './table.ts';
import { toWidth } from './text-width.ts';

/** The cells of a table as they will be written, and how wide each column is. */
export interface Fitted {
  /** Which columns are shown. */
  readonly shown: readonly number[];
  readonly texts: readonly (readonly string[])[];
  readonly widths: readonly number[];
}

const GAP_WIDTH = 2;
/** Of an elastic column, as long as another one can be left out. */
const READABLE = 12;
/** Of an elastic column: fewer columns tell nothing. */
const NARROWEST = 8;
/** Of a shortened id, after its kind, as in `sha256:0f343b09`; as many as a command takes for an id. */
const SHORTEST_ID = 8;

/**
 * Makes a table as narrow as the terminal, as far as its columns give way: ids are cut to what tells them apart, then
 * expendable columns are left out, the last one first, then the widest elastic column gives, until all are narrow.
 * `available` null: nothing is cut.
 */
export function fitColumns(
  columns: readonly Column[],
  texts: readonly (readonly string[])[],
  available: number | null,
): Fitted {
  const natural = toNatural(columns, texts);
  const all = columns.map((_, index) => index);
  if (available === null || toTotal(natural) <= available) return { shown: all, texts, widths: natural };
  const shortened = shortenIds(columns, texts);
  const widths = toNatural(columns, shortened);
  const shown = chooseColumns(columns, widths, available);
  for (let excess = toTotal(shown.map((index) => widths[index] ?? 0)) - available; excess > 0; excess -= 1) {
    const widest = toWidest(columns, widths, shown);
    if (widest === null) break;
    widths[widest.index] = widest.width - 1;
  }
  return { shown, texts: shortened, widths };
}

function chooseColumns(columns: readonly Column[], widths: readonly number[], available: number): readonly number[] {
  const least = widths.map((width, index) => (columns[index]?.isElastic === true ? Math.min(width, READABLE) : width));
  let shown: readonly number[] = columns.map((_, index) => index);
  while (toTotal(shown.map((index) => least[index] ?? 0)) > available) {
    const last = shown.findLast((index) => columns[index]?.isExpendable === true);
    if (last === undefined) break;
    shown = shown.filter((index) => index !== last);
  }
  return shown;
}

function toNatural(columns: readonly Column[], texts: readonly (readonly string[])[]): number[] {
  return columns.map(({ title }, index) => Math.max(title.length, ...texts.map((row) => toWidth(row[index] ?? ''))));
}

function toTotal(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP_WIDTH * (widths.length - 1);
}

function toWidest(
  columns: readonly Column[],
  widths: readonly number[],
  shown: readonly number[],
): { readonly index: number; readonly width: number } | null {
  return shown
    .map((index) => ({ index, width: widths[index] ?? 0 }))
    .filter(({ index, width }) => columns[index]?.isElastic === true && width > NARROWEST)
    .reduce<{ index: number; width: number } | null>(
      (most, each) => (most === null || each.width > most.width ? each : most),
      null,
    );
}

function shortenIds(columns: readonly Column[], texts: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const short = columns.map(({ isId = false }, index) =>
    isId ? toPrefixes(texts.map((row) => row[index] ?? '')) : null,
  );
  return texts.map((row) => row.map((text, index) => short[index]?.get(text) ?? text));
}

/** Each id and the shortest beginning of it that no other one has. */
function toPrefixes(ids: readonly string[]): ReadonlyMap<string, string> {
  const known = [...new Set(ids)];
  return new Map(known.map((id) => [id, toPrefix(id, known)]));
}

function toPrefix(id: string, known: readonly string[]): string {
  let length = id.indexOf(':') + 1 + SHORTEST_ID;
  while (length < id.length && known.some((other) => other !== id && other.startsWith(id.slice(0, length))))
    length += 1;
  return id.slice(0, length);
}
