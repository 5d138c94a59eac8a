/** Between two looks while something is under way or waits for its deadline. */
const SOON_MS = 100;
/** Between two looks while all is done, and what Redis has is only watched: each look wakes up a quiet process. */
const LATER_MS = 1000;
const IDLE_MS = 5000;
/** A tick later than this was held up by the process itself: a blocked event loop, a stop signal, a sleeping machine. */
const LATE_MS = 200;

/** When the next tick is needed; `none`: of itself nothing will happen. */
export type NextTick = 'soon' | 'later' | 'none';

/** Looks after everything; `wasLate` says that the process was held up. */
export type OnTick = (now: number, wasLate: boolean) => NextTick;

/**
 * The one timer of a client: it looks after deadlines, and holds the process while receipts are outstanding. Sockets of
 * this client are unref'd, so that a finished script ends by itself; after five idle seconds the timer is gone too. It
 * looks ten times a second, and once a second when nothing has a deadline.
 */
export class Ticker {
  readonly #readClock: () => number;
  readonly #onTick: OnTick;
  #timer: NodeJS.Timeout | null = null;
  #everyMs = SOON_MS;
  #isHeld = false;
  #idleMs = 0;
  #lastTickAt = 0;
  #heldUpMs = 0;

  constructor(readClock: () => number, onTick: OnTick) {
    this.#readClock = readClock;
    this.#onTick = onTick;
  }

  /**
   * Milliseconds without those that the process itself was held up for. Deadlines are kept on this clock: after a
   * blocked loop, timers run before the replies that have long arrived are read, and Redis must not be blamed for it.
   */
  now(): number {
    return this.#readClock() - this.#heldUpMs;
  }

  /** Keeps the process alive until `release`; calls do not nest. */
  hold(): void {
    this.#isHeld = true;
    this.#start().ref();
  }

  release(): void {
    this.#isHeld = false;
    this.#timer?.unref();
  }

  /** Ticks without keeping the process alive, for what waits in the background. */
  wake(): void {
    this.#start();
  }

  stop(): void {
    clearInterval(this.#timer ?? undefined);
    this.#timer = null;
  }

  #start(): NodeJS.Timeout {
    this.#idleMs = 0;
    if (this.#timer !== null && this.#everyMs === SOON_MS) {
      return this.#timer;
    }
    if (this.#timer === null) {
      this.#lastTickAt = this.#readClock();
    } else {
      this.#takeTime();
    }
    return this.#setPace(SOON_MS);
  }

  #setPace(everyMs: number): NodeJS.Timeout {
    clearInterval(this.#timer ?? undefined);
    this.#everyMs = everyMs;
    this.#timer = setInterval(() => this.#tick(), everyMs).unref();
    return this.#timer;
  }

  #tick(): void {
    const wasLate = this.#takeTime();
    const next = this.#onTick(this.now(), wasLate);
    this.#idleMs = next === 'none' ? this.#idleMs + this.#everyMs : 0;
    if (this.#isHeld || this.#timer === null) {
      return;
    }
    if (this.#idleMs >= IDLE_MS) {
      this.stop();
    } else if (next !== 'soon' && this.#everyMs !== LATER_MS) {
      this.#setPace(LATER_MS);
    }
  }

  /** Takes the time since the last look; answers whether the process was held up in it. */
  #takeTime(): boolean {
    const time = this.#readClock();
    const lateMs = time - this.#lastTickAt - this.#everyMs;
    const wasLate = lateMs > LATE_MS;
    this.#heldUpMs += wasLate ? lateMs : 0;
    this.#lastTickAt = time;
    return wasLate;
  }
}
