import { neutralize, toSafeJson } from './neutralize.ts';
import { paint, toPlain, type Piece } from './styles.ts';
import { toTable, type Column } from './table.ts';

/** Where lines go: the process's standard output or error, or a test's list. */
export interface Sink {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Columns of the terminal; null where it is none. */
  readonly columns: number | null;
}

/** What a command writes with. In JSON mode `line` and `table` write nothing: the one document is the answer. */
export interface Output {
  readonly isJson: boolean;
  line(...pieces: readonly Piece[]): void;
  table(columns: readonly Column[], rows: readonly (readonly Piece[])[]): void;
  /** Writes the answer of JSON mode; nothing otherwise. Call it once. */
  json(value: unknown): void;
  /** A line for the person, beside the answer: on standard error, in JSON mode too. */
  note(...pieces: readonly Piece[]): void;
}

export interface OutputOptions {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly isJson: boolean;
  /** The variable NO_COLOR is set. */
  readonly isColourless: boolean;
}

/** Makes an output on which nothing that was read from somewhere can act: every piece is neutralized as it is written. */
export function createOutput({ stdout, stderr, isJson, isColourless }: OutputOptions): Output {
  const write = (sink: Sink, pieces: readonly Piece[]): void => {
    const isColoured = sink.isTerminal && !isColourless;
    const line = pieces.map((piece) => {
      const style = typeof piece === 'string' ? null : piece.style;
      return paint(neutralize(toPlain(piece)), style, isColoured);
    });
    sink.write(`${line.join('')}\n`);
  };
  return {
    isJson,
    line: (...pieces) => {
      if (!isJson) write(stdout, pieces);
    },
    table: (columns, rows) => {
      if (isJson) return;
      const around = { isColoured: stdout.isTerminal && !isColourless, columns: stdout.columns };
      for (const line of toTable(columns, rows, around)) stdout.write(`${line}\n`);
    },
    json: (value) => {
      if (isJson) stdout.write(`${toSafeJson(value, stdout.isTerminal ? 2 : 0)}\n`);
    },
    note: (...pieces) => write(stderr, pieces),
  };
}
