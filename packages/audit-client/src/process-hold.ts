import type { Ticker } from './ticker.ts';

/** Why a process is kept alive: receipts are due, a replay is, or the client is closing. */
export type HoldReason = 'receipts' | 'replay' | 'close';

/** Keeps the process alive while there is at least one reason to. */
export class ProcessHold {
  readonly #ticker: Ticker;
  readonly #reasons = new Set<HoldReason>();

  constructor(ticker: Ticker) {
    this.#ticker = ticker;
  }

  /** Sets one reason, or takes it back. */
  set(reason: HoldReason, isHeld: boolean): void {
    if (isHeld && !this.#reasons.has(reason)) {
      this.#reasons.add(reason);
      this.#ticker.hold();
    } else if (!isHeld && this.#reasons.delete(reason) && this.#reasons.size === 0) {
      this.#ticker.release();
    }
  }
}
