import { StoreError } from './store-error.ts';

/** A row as pg gives it. */
export type ResultRow = Readonly<Record<string, unknown>>;

/** Reads a column that the statement promises to be a finite number. */
export function readNumber(row: ResultRow | undefined, column: string): number {
  const value = row?.[column];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw unexpected(column);
}

/** Reads a column that the statement promises to be text. */
export function readString(row: ResultRow | undefined, column: string): string {
  const value = row?.[column];
  if (typeof value === 'string') return value;
  throw unexpected(column);
}

export function readBoolean(row: ResultRow | undefined, column: string): boolean {
  const value = row?.[column];
  if (typeof value === 'boolean') return value;
  throw unexpected(column);
}

/** Reads a time. */
export function readDate(row: ResultRow | undefined, column: string): Date {
  const value = row?.[column];
  if (value instanceof Date) return value;
  throw unexpected(column);
}

/** Null stays null; anything else is read by `read`. */
export function orNull<T>(
  read: (row: ResultRow | undefined, column: string) => T,
  row: ResultRow | undefined,
  column: string,
): T | null {
  return row?.[column] === null ? null : read(row, column);
}

/** Reads a column of text[]. */
export function readStrings(row: ResultRow | undefined, column: string): readonly string[] {
  const value = row?.[column];
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw unexpected(column);
}

function unexpected(column: string): StoreError {
  return new StoreError(
    'deploy',
    `the column ${column} of an answer is not what its statement promises; do schema and release match?`,
  );
}
