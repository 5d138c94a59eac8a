import { outageBackoffMs } from './backoff.ts';
import type { Sleep } from '@auditlane/runtime';

/** What the breaker needs from its process. */
export interface BreakerParts {
  /** Resolves when Postgres can take a batch again; rejects with the reason while it cannot. */
  readonly probe: () => Promise<void>;
  readonly sleep: Sleep;
  readonly random: () => number;
  /** Told about each change, and about each probe that failed. */
  readonly onChange: (state: BreakerState, reason?: unknown) => void;
}

export type BreakerState = 'open' | 'still_open' | 'closed';

/**
 * Keeps the slots of this worker from hammering a Postgres that is away or not ready for us (starting up, not migrated,
 * right revoked). States:
 *
 * - closed: batches are stored, entries are claimed.
 * - open: nobody claims, and a slot that holds a batch waits here (its lease is renewed meanwhile). One prober asks
 *   Postgres after a capped, jittered backoff, for ever; a good answer closes the breaker.
 *
 * A probe can pass while every batch still fails (a right on one table is gone). The count of failures is therefore
 * forgotten only when a batch was stored (`succeed`), so that the breaker opens for longer each time.
 */
export class Breaker {
  readonly #parts: BreakerParts;
  readonly #stopped = new AbortController();
  #failures = 0;
  #recovery: { readonly done: Promise<void> } | null = null;

  constructor(parts: BreakerParts) {
    this.#parts = parts;
  }

  get isOpen(): boolean {
    return this.#recovery !== null;
  }

  /** A batch could not be stored for a reason that is not the batch's: opens the breaker. Opening twice is opening once. */
  trip(reason: unknown): void {
    this.#failures += 1;
    this.#open(reason, outageBackoffMs(this.#failures, this.#parts.random));
  }

  /** Opens the breaker before the first batch: the first probe starts at once. Resolves when that probe has answered. */
  async start(): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    const firstAnswer = Promise.withResolvers<void>();
    this.#open(null, 0, () => firstAnswer.resolve());
    await firstAnswer.promise;
  }

  /** A batch was stored: Postgres is well. */
  succeed(): void {
    this.#failures = 0;
  }

  /** Resolves when the breaker is closed, or when the signal aborts or the breaker ends; the caller looks. */
  async closed(signal: AbortSignal): Promise<void> {
    while (this.#recovery !== null && !signal.aborted && !this.#stopped.signal.aborted) {
      const aborted = Promise.withResolvers<void>();
      const abort = (): void => aborted.resolve();
      signal.addEventListener('abort', abort, { once: true });
      await Promise.race([this.#recovery.done, aborted.promise]);
      signal.removeEventListener('abort', abort);
    }
  }

  /** Ends the prober. A breaker that was open stays open. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    await this.#recovery?.done;
  }

  #open(reason: unknown, waitMs: number, onAnswer?: () => void): void {
    if (this.#recovery !== null || this.#stopped.signal.aborted) return;
    this.#parts.onChange('open', reason);
    this.#recovery = { done: this.#recover(waitMs, onAnswer) };
  }

  async #recover(firstWaitMs: number, onAnswer?: () => void): Promise<void> {
    const { signal } = this.#stopped;
    await this.#parts.sleep(firstWaitMs, signal);
    while (!signal.aborted) {
      try {
        await this.#parts.probe();
        this.#recovery = null;
        this.#parts.onChange('closed');
        return;
      } catch (error) {
        this.#failures += 1;
        this.#parts.onChange('still_open', error);
      } finally {
        onAnswer?.();
      }
      await this.#parts.sleep(outageBackoffMs(this.#failures, this.#parts.random), signal);
    }
    onAnswer?.();
  }
}
