const TICK_MS = 100;
const IDLE_TICKS = 50;
/** A tick later than this was held up by the process itself: a blocked event loop, a stop signal, a sleeping machine. */
const LATE_MS = 200;

/** The one timer of a client: it looks after deadlines, and holds the process while receipts are outstanding. */
export interface Ticker {
  /** Keeps the process alive until `release`; calls do not nest. */
  hold(): void;
  release(): void;
  /** Ticks without keeping the process alive, for what waits in the background. */
  wake(): void;
  stop(): void;
  /**
   * Milliseconds without those that the process itself was held up for. Deadlines are kept on this clock: after a
   * blocked loop, timers run before the replies that have long arrived are read, and Redis must not be blamed for it.
   */
  now(): number;
}

/** Looks after everything; `wasLate` says that the process was held up. Answers whether anything still needs ticks. */
export type OnTick = (now: number, wasLate: boolean) => boolean;

/**
 * Sockets of this client are unref'd, so that a finished script ends by itself; what keeps it alive while a receipt is
 * due is this timer. After five idle seconds it is gone.
 */
export function createTicker(readClock: () => number, onTick: OnTick): Ticker {
  let timer: NodeJS.Timeout | null = null;
  let isHeld = false;
  let idleTicks = 0;
  let lastTickAt = 0;
  let heldUpMs = 0;

  const now = (): number => readClock() - heldUpMs;
  const tick = (): void => {
    const time = readClock();
    const lateMs = time - lastTickAt - TICK_MS;
    const wasLate = lateMs > LATE_MS;
    heldUpMs += wasLate ? lateMs : 0;
    lastTickAt = time;
    idleTicks = onTick(now(), wasLate) ? 0 : idleTicks + 1;
    if (idleTicks >= IDLE_TICKS && !isHeld) {
      stop();
    }
  };
  const stop = (): void => {
    clearInterval(timer ?? undefined);
    timer = null;
  };
  const start = (): NodeJS.Timeout => {
    idleTicks = 0;
    if (timer === null) {
      lastTickAt = readClock();
      timer = setInterval(tick, TICK_MS).unref();
    }
    return timer;
  };
  return {
    hold() {
      isHeld = true;
      start().ref();
    },
    release() {
      isHeld = false;
      timer?.unref();
    },
    wake: () => void start(),
    stop,
    now,
  };
}
