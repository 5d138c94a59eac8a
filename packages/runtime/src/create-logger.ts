import { pino } from 'pino';
import type { Logger } from 'pino';
import { redactSecrets } from './redact-secrets.ts';

export type { Logger };

/** Where lines go; a test passes its own. */
export interface LogSink {
  write(line: string): void;
}

export interface LoggerOptions {
  /** Name of the process, on each line. */
  readonly name: string;
  /** Default `info`. */
  readonly level?: string;
  /** Default standard output, written synchronously: the last line before an exit is the one that matters. */
  readonly sink?: LogSink;
}

/**
 * One JSON object per line: level as a word, time in ISO 8601, control characters escaped by JSON, secrets replaced
 * (see `redactSecrets`). A closed standard output (EPIPE) silences the logger and never ends the process.
 */
export function createLogger(options: LoggerOptions): Logger {
  const sink: LogSink = options.sink ?? pino.destination({ dest: 1, sync: true });
  return pino(
    {
      name: options.name,
      level: options.level ?? 'info',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      messageKey: 'msg',
      errorKey: 'err',
    },
    { write: (line) => sink.write(redactSecrets(line)) },
  );
}
