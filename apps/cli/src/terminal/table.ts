import { fitColumns } from './fit-columns.ts';
import { neutralize } from './neutralize.ts';
import { paint, toPlain, type Piece } from './styles.ts';
import { toFitting, toFittingEnd, toWidth } from './text-width.ts';

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** Default left. */
  readonly align?: 'left' | 'right';
  /** It is cut when the terminal is too narrow, the widest such column first. Default false. */
  readonly isElastic?: boolean;
  /** It is left out when the terminal is too narrow for the others. Default false. */
  readonly isExpendable?: boolean;
  /** Of a cut text the end is left, which tells names apart that begin alike. Default false. */
  readonly keepsEnd?: boolean;
  /** Ids that a command takes cut as well: where the terminal is too narrow, what tells them apart is left. Default false. */
  readonly isId?: boolean;
}

export interface TableSurroundings {
  readonly isColoured: boolean;
  /** Columns of the terminal; null where there is none, then nothing is cut. */
  readonly columns: number | null;
}

const GAP = '  ';

/** The lines of a table, titles first. Cells are neutralized. */
export function toTable(
  columns: readonly Column[],
  rows: readonly (readonly Piece[])[],
  around: TableSurroundings,
): readonly string[] {
  const whole = rows.map((row) => columns.map((_, index) => neutralize(toPlain(row[index] ?? ''))));
  const { shown, texts, widths } = fitColumns(columns, whole, around.columns);
  const head = columns.map(({ title }, index) => ({ text: title, style: 'dim' as const, index }));
  const body = texts.map((row, at) =>
    row.map((text, index) => {
      const cell = rows[at]?.[index];
      return { text, style: cell === undefined || typeof cell === 'string' ? null : cell.style, index };
    }),
  );
  return [head, ...body].map((cells) =>
    cells
      .filter(({ index }) => shown.includes(index))
      .map(({ text, style, index }) => {
        const { align = 'left', keepsEnd = false } = columns[index] ?? {};
        const shape = { width: widths[index] ?? 0, isLast: index === shown.at(-1), align, keepsEnd };
        return toCell(text, shape, (fitting) => paint(fitting, style, around.isColoured));
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
  readonly keepsEnd: boolean;
}

/** Padding stays outside of the colours, and none ends a line. */
function toCell(text: string, shape: CellShape, toPainted: (text: string) => string): string {
  const { width, isLast, align, keepsEnd } = shape;
  const fitting = keepsEnd ? toFittingEnd(text, width) : toFitting(text, width);
  const padding = ' '.repeat(Math.max(0, width - toWidth(fitting)));
  if (align === 'right') return padding + toPainted(fitting);
  return isLast ? toPainted(fitting) : toPainted(fitting) + padding;
}
