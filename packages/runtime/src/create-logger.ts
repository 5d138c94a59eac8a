import cluster from 'node:cluster';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { redactSecrets } from './redact-secrets.ts';

export type { Logger };

const FLUSH_MS = 200;

/** Where lines go; a test passes its own. */
export interface LogSink {
  write(line: string): void;
}

export interface LoggerOptions {
  /** Name of the process, on each line. */
  readonly name: string;
  /** Default `info`. */
  readonly level?: string;
  /** Default standard output. */
  readonly sink?: LogSink;
}

/**
 * One JSON object per line: level as a word, time in ISO 8601, control characters escaped by JSON, secrets replaced
 * (see `redactSecrets`). A closed standard output (EPIPE) silences the logger and never ends the process.
 */
export function createLogger(options: LoggerOptions): Logger {
  const sink = options.sink ?? openStandardOutput();
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

/**
 * Descriptor 1, written synchronously, since the last line before an exit is the one that matters. A cluster worker of
 * PM2 shares descriptor 1 with PM2's daemon: only what goes through `process.stdout` reaches its own log, later than
 * the call (see `flushStandardOutput`).
 */
function openStandardOutput(): LogSink {
  if (!cluster.isWorker) {
    return pino.destination({ dest: 1, sync: true });
  }
  process.stdout.on('error', ignore);
  return process.stdout;
}

/** Resolves when what was logged has been handed over, or after 200 ms: an exit must not wait for a full disk. */
export function flushStandardOutput(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, FLUSH_MS);
    process.stdout.on('error', ignore);
    process.stdout.write('', 'utf8', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** A log that nobody reads any more must not end the process. */
function ignore(): void {}
