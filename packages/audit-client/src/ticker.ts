const TICK_MS = 100;
const IDLE_TICKS = 50;
/** A tick later than this was held up by the process itself: a blocked event loop, a stop signal, a sleeping machine. */
const LATE_MS = 200;

/** Looks after everything; `wasLate` says that the process was held up. Answers whether anything still needs ticks. */
export type OnTick = (now: number, wasLate: boolean) => boolean;

/**
 * The one timer of a client: it looks after deadlines, and holds the process while receipts are outstanding. Sockets of
 * this client are unref'd, so that a finished script ends by itself; after five idle seconds the timer is gone too.
 */
export class Ticker {
  readonly #readClock: () => number;
  readonly #onTick: OnTick;
  #timer: NodeJS.Timeout | null = null;
  #isHeld = false;
  #idleTicks = 0;
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
    this.#idleTicks = 0;
    if (this.#timer === null) {
      this.#lastTickAt = this.#readClock();
      this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
    }
    return this.#timer;
  }

  #tick(): void {
    const time = this.#readClock();
    const lateMs = time - this.#lastTickAt - TICK_MS;
    const wasLate = lateMs > LATE_MS;
    this.#heldUpMs += wasLate ? lateMs : 0;
    this.#lastTickAt = time;
    this.#idleTicks = this.#onTick(this.now(), wasLate) ? 0 : this.#idleTicks + 1;
    if (this.#idleTicks >= IDLE_TICKS && !this.#isHeld) {
      this.stop();
    }
  }
}
