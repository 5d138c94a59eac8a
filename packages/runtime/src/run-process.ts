/**
 * The life of an Auditlane process.
 *
 *   starting ──start() done──▶ running ──signal, PM2 'shutdown', or an uncaught error──▶ draining ──▶ exit
 *
 * starting: `.env` is read, the environment parsed, `start` opens what it needs and puts each thing on the stack. A
 *   ConfigError exits 78 with every fault in one record; any other error closes what was opened and exits 1.
 * running: PM2 was told `ready`. Nothing here keeps the process alive: what was opened does.
 * draining: `signal` is aborted first (readiness goes false, loops stop), then the stack closes in reverse order.
 *   Exit 0 when all is closed, 1 when the deadline passes, a second signal arrives (later than half a second after
 *   the first: a Ctrl-C often arrives twice), or an error occurred.
 *
 * A `kill -9` in any state loses nothing acknowledged: that is the duty of the queue protocol, not of this file.
 */
import type * as z from 'zod';
import { ConfigError } from './config-error.ts';
import { createLogger } from './create-logger.ts';
import type { Logger } from './create-logger.ts';
import { Drain, exitFlushed } from './drain.ts';
import { loadEnvFile } from './env/load-env-file.ts';
import { findUnknownNames, parseEnv } from './env/parse-env.ts';
import { EXIT } from './exit-codes.ts';

/** Below PM2's `kill_timeout` of 15 s, so that the process always ends by its own hand. */
const DEFAULT_DRAIN_MS = 12_000;

/** What `start` gets: everything it may depend on. */
export interface ProcessContext<E> {
  readonly env: E;
  readonly logger: Logger;
  /** Put here whatever is opened; it is closed in reverse order. */
  readonly stack: AsyncDisposableStack;
  /** Aborted when draining begins; every wait listens to it. */
  readonly signal: AbortSignal;
}

export interface RunProcessOptions<S extends z.ZodObject> {
  /** Name in the log, that of PM2 (`audit-worker`). */
  readonly name: string;
  readonly envSchema: S;
  /** Opens and starts everything; when its promise resolves the process is ready. */
  start(context: ProcessContext<Readonly<z.output<S>>>): Promise<void>;
  /** Time for draining before exit 1, default 12 s. */
  readonly drainMs?: number;
  /** Folder of the `.env` file, default that of the workspace's `package.json`. */
  readonly envDir?: string;
}

/** Runs a process from reading its environment to `process.exit`. Resolves when it is ready, and ends the process by itself. */
export async function runProcess<S extends z.ZodObject>(options: RunProcessOptions<S>): Promise<void> {
  const bootLogger = createLogger({ name: options.name });
  let env: Readonly<z.output<S>>;
  try {
    loadEnvFile(options.envDir);
    env = parseEnv(options.envSchema);
  } catch (error) {
    return exitOnStartFault(bootLogger, error);
  }
  const logger = createLogger({ name: options.name, level: levelOf(env) });
  for (const { name, nearest } of findUnknownNames()) {
    logger.warn({ variable: name, nearest }, 'unknown variable in the environment, nothing reads it');
  }
  const drain = new Drain(logger, options.drainMs ?? DEFAULT_DRAIN_MS);
  listen(drain);
  await begin(drain, () => options.start({ env, logger, stack: drain.stack, signal: drain.signal }));
}

/** Calls `start`; an error, or a signal meanwhile, closes what was opened so far. */
async function begin(drain: Drain, start: () => Promise<void>): Promise<void> {
  const started = start();
  drain.waitFor(started);
  try {
    await started;
  } catch (error) {
    // After our own abort the error is the drain speaking, not a fault.
    if (!drain.signal.aborted) {
      drain.fail(error);
    }
    return;
  }
  if (!drain.signal.aborted) {
    process.send?.('ready');
  }
}

function listen(drain: Drain): void {
  process.on('SIGINT', () => drain.onSignal('SIGINT'));
  process.on('SIGTERM', () => drain.onSignal('SIGTERM'));
  // PM2 sends this word to the old process of a reload, and a signal only if that has not ended it in time.
  process.on('message', (message) => {
    if (message === 'shutdown') {
      drain.begin(EXIT.ok, 'shutdown message');
    }
  });
  process.on('uncaughtException', (error) => drain.fail(error));
  process.on('unhandledRejection', (error) => drain.fail(error));
}

function exitOnStartFault(logger: Logger, error: unknown): Promise<never> {
  if (error instanceof ConfigError) {
    logger.fatal({ faults: error.faults }, 'bad configuration');
    return exitFlushed(EXIT.config);
  }
  logger.fatal({ err: error }, 'cannot read the environment');
  return exitFlushed(EXIT.failed);
}

function levelOf(env: object): string {
  return 'LOG_LEVEL' in env && typeof env.LOG_LEVEL === 'string' ? env.LOG_LEVEL : 'info';
}
