import { neutralize } from './neutralize.ts';
import { paint, toPlain, type Piece } from './styles.ts';
import { toFitting, toWidth } from './text-width.ts';

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** Default left. */
  readonly align?: 'left' | 'right';
  /** The one column that gives way when the terminal is too narrow; ids never are. Default false. */
  readonly isElastic?: boolean;
}

export interface TableSurroundings {
  readonly isColoured: boolean;
  /** Columns of the terminal; null where there is none, then nothing is cut. */
  readonly columns: number | null;
}

const GAP = '  ';
const NARROWEST = 12;

/** The lines of a table, titles first. Cells are neutralized. */
export function toTable(
  columns: readonly Column[],
  rows: readonly (readonly Piece[])[],
  around: TableSurroundings,
): readonly string[] {
  const texts = rows.map((row) => columns.map((_, index) => neutralize(toPlain(row[index] ?? ''))));
  const widths = toWidths(columns, texts, around.columns);
  const head = columns.map(({ title }, index) => ({ text: title, style: 'dim' as const, index }));
  const body = texts.map((row, at) =>
    row.map((text, index) => {
      const cell = rows[at]?.[index];
      return { text, style: cell === undefined || typeof cell === 'string' ? null : cell.style, index };
    }),
  );
  return [head, ...body].map((cells) =>
    cells
      .map(({ text, style, index }) => {
        const width = widths[index] ?? 0;
        const isLast = index === columns.length - 1;
        return toCell(text, { width, isLast, align: columns[index]?.align ?? 'left' }, (fitting) =>
          paint(fitting, style, around.isColoured),
        );
      })
      .join(GAP)
      // An empty last cell leaves its gap.
      .trimEnd(),
  );
}

interface CellShape {
  readonly width: number;
  readonly isLast: boolean;
  readonly align: 'left' | 'right';
}

/** Padding stays outside of the colours, and none ends a line. */
function toCell(text: string, { width, isLast, align }: CellShape, toPainted: (text: string) => string): string {
  const fitting = toFitting(text, width);
  const padding = ' '.repeat(Math.max(0, width - toWidth(fitting)));
  if (align === 'right') return padding + toPainted(fitting);
  return isLast ? toPainted(fitting) : toPainted(fitting) + padding;
}

function toWidths(
  columns: readonly Column[],
  texts: readonly (readonly string[])[],
  available: number | null,
): readonly number[] {
  const natural = columns.map(({ title }, index) =>
    Math.max(title.length, ...texts.map((row) => toWidth(row[index] ?? ''))),
  );
  const elastic = columns.findIndex(({ isElastic }) => isElastic === true);
  if (available === null || elastic === -1) return natural;
  const total = natural.reduce((sum, width) => sum + width, 0) + GAP.length * (columns.length - 1);
  const excess = Math.max(0, total - available);
  return natural.map((width, index) =>
    index === elastic ? Math.max(Math.min(width, NARROWEST), width - excess) : width,
  );
}
