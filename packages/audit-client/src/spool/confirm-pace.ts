const MIN_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 8000;
const PAUSE_AFTER_FAILURE_MS = 15_000;

/**
 * When Postgres is asked about what is kept: every second while that brings something, half as often after each time
 * that it did not, and after 15 s when it could not be asked.
 */
export class ConfirmPace {
  #pauseMs = MIN_PAUSE_MS;
  #notBefore = 0;
  #hasFailed = false;

  /** The last question was answered, or none was asked yet. */
  get isAnswered(): boolean {
    return !this.#hasFailed;
  }

  isDue(now: number): boolean {
    return now >= this.#notBefore;
  }

  /** There is something new to ask about. */
  askSoon(): void {
    this.#notBefore = 0;
  }

  answered(now: number, hasBrought: boolean): void {
    this.#hasFailed = false;
    this.#pauseMs = hasBrought ? MIN_PAUSE_MS : Math.min(this.#pauseMs * 2, MAX_PAUSE_MS);
    this.#notBefore = now + this.#pauseMs;
  }

  failed(now: number): void {
    this.#hasFailed = true;
    this.#notBefore = now + PAUSE_AFTER_FAILURE_MS;
  }
}
