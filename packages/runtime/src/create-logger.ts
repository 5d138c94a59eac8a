import cluster from 'node:cluster';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { redactSecrets } from './redact-secrets.ts';

export type { Logger };

const FLUSH_MS = 200;
/** The level is the first key of every line. */
const ERROR_LINE = /^\{"level":"(?:error|fatal)"/;

/** Where lines go; a test passes its own. */
export interface LogSink {
  write(line: string): void;
}

export interface LoggerOptions {
  /** Name of the process, on each line. */
  readonly name: string;
  /** Default `info`. */
  readonly level?: string;
  /** Default: error and fatal to standard error, the rest to standard output. */
  readonly sink?: LogSink;
}

/**
 * One JSON object per line: level as a word, time in ISO 8601, control characters escaped by JSON, secrets replaced
 * (see `redactSecrets`). Errors go to standard error, so that `pm2 logs --err` shows them and nothing else. A closed
 * output (EPIPE) silences the logger and never ends the process.
 */
export function createLogger(options: LoggerOptions): Logger {
  const sink = options.sink ?? openStandardStreams();
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
 * Descriptors 1 and 2, written synchronously, since the last line before an exit is the one that matters. A cluster
 * worker of PM2 shares them with PM2's daemon: only what goes through `process.stdout` and `process.stderr` reaches its
 * own logs, later than the call (see `flushStandardStreams`).
 */
function openStandardStreams(): LogSink {
  const [output, errors] = cluster.isWorker
    ? [process.stdout.on('error', ignore), process.stderr.on('error', ignore)]
    : [pino.destination({ dest: 1, sync: true }), pino.destination({ dest: 2, sync: true })];
  return { write: (line) => void (ERROR_LINE.test(line) ? errors : output).write(line) };
}

/** Resolves when what was logged has been handed over, or after 200 ms: an exit must not wait for a full disk. */
export async function flushStandardStreams(): Promise<void> {
  await Promise.all([process.stdout, process.stderr].map(flush));
}

function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, FLUSH_MS);
    stream.on('error', ignore);
    stream.write('', 'utf8', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** A log that nobody reads any more must not end the process. */
function ignore(): void {}
