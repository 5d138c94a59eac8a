/** One record of a logger, whichever logger it is: what the filter and the naming of a transport see. */
export interface LogRecord {
  /** The name of the level: `warn`, `fatal`, or a custom one. */
  readonly level: string;
  /** The text of the record; empty when it has none. */
  readonly message: string;
  /** When it was logged, ms since the epoch; null when the logger does not say: then it is now. */
  readonly time: number | null;
  /** What was logged with it, child-logger fields included; the error is not among them. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The error that was logged, as the logger gave it, or undefined. */
  readonly error: unknown;
}
