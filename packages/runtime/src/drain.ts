import type { Logger } from 'pino';
import { ConfigError } from './config-error.ts';
import { flushStandardStreams } from './create-logger.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';

// A Ctrl-C reaches the whole process group, and then npm, a starter or PM2 passes it on: what arrives this soon
// after the first signal is the same gesture and must not cut the drain short.
const SAME_GESTURE_MS = 500;

/** The end of a process: at most one drain, with a deadline, and exactly one exit code. */
export class Drain {
  readonly stack = new AsyncDisposableStack();
  readonly #controller = new AbortController();
  readonly #logger: Logger;
  readonly #drainMs: number;
  #starting: Promise<unknown> = Promise.resolve();
  #firstSignalAt: number | undefined;

  constructor(logger: Logger, drainMs: number) {
    this.#logger = logger;
    this.#drainMs = drainMs;
  }

  /** Aborted when draining begins. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Closing begins after this has settled, so that what a start in progress is still opening is closed too. */
  waitFor(starting: Promise<void>): void {
    this.#starting = starting.catch(() => undefined);
  }

  /** The first signal drains with exit 0; a later one ends the process at once with exit 1. */
  onSignal(name: string): void {
    const now = performance.now();
    if (this.#firstSignalAt === undefined) {
      this.#firstSignalAt = now;
      this.begin(EXIT.ok, name);
    } else if (now - this.#firstSignalAt > SAME_GESTURE_MS) {
      this.#logger.error({ cause: name }, 'told to end while draining, ending now');
      void exitFlushed(EXIT.failed);
    }
  }

  /** An error nobody caught: fatal, then the same road as a signal. A ConfigError exits 78 instead of 1. */
  fail(error: unknown): void {
    if (error instanceof ConfigError) {
      this.#logger.fatal({ faults: error.faults }, 'bad configuration');
      this.begin(EXIT.config, 'bad configuration');
      return;
    }
    this.#logger.fatal({ err: error }, 'uncaught error');
    this.begin(EXIT.failed, 'uncaught error');
  }

  /** Begins draining unless it has begun; an error during a drain makes its exit code that error's. */
  begin(code: ExitCode, cause: string): void {
    process.exitCode = process.exitCode === undefined || process.exitCode === EXIT.ok ? code : process.exitCode;
    if (this.signal.aborted) {
      return;
    }
    this.#logger.info({ cause }, 'draining');
    setTimeout(() => {
      this.#logger.error({ drain_ms: this.#drainMs }, 'drain deadline passed, ending now');
      void exitFlushed(EXIT.failed);
    }, this.#drainMs).unref();
    this.#controller.abort();
    void this.#close();
  }

  async #close(): Promise<void> {
    await this.#starting;
    try {
      await this.stack.disposeAsync();
      this.#logger.info({ code: process.exitCode }, 'process ended');
    } catch (error) {
      this.#logger.error({ err: error }, 'closing failed');
      process.exitCode = EXIT.failed;
    }
    await flushStandardStreams();
    process.exit();
  }
}

/** Ends the process when its last line has been handed over. */
export async function exitFlushed(code: ExitCode): Promise<never> {
  await flushStandardStreams();
  process.exit(code);
}
