/** A row as pg gives it. */
export type ResultRow = Readonly<Record<string, unknown>>;
/** Reads a column that the statement promises to be a finite number. */
export declare function readNumber(row: ResultRow | undefined, column: string): number;
/** Reads a column that the statement promises to be text. */
export declare function readString(row: ResultRow | undefined, column: string): string;
export declare function readBoolean(row: ResultRow | undefined, column: string): boolean;
/** Reads a time. */
export declare function readDate(row: ResultRow | undefined, column: string): Date;
/** Null stays null; anything else is read by `read`. */
export declare function orNull<T>(read: (row: ResultRow | undefined, column: string) => T, row: ResultRow | undefined, column: string): T | null;
/** Reads a column of text[]. */
export declare function readStrings(row: ResultRow | undefined, column: string): readonly string[];
