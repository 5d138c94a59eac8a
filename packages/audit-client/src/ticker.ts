const TICK_MS = 100;
const IDLE_TICKS = 50;

/** The one timer of a client: it looks after deadlines, and holds the process while receipts are outstanding. */
export interface Ticker {
  /** Keeps the process alive until `release`; calls do not nest. */
  hold(): void;
  release(): void;
  /** Ticks without keeping the process alive, for what waits in the background. */
  wake(): void;
  stop(): void;
}

/**
 * Sockets of this client are unref'd, so that a finished script ends by itself; what keeps it alive while a receipt is
 * due is this timer. `onTick` answers whether anything still needs ticks; after five idle seconds the timer is gone.
 */
export function createTicker(onTick: () => boolean): Ticker {
  let timer: NodeJS.Timeout | null = null;
  let isHeld = false;
  let idleTicks = 0;

  const stop = (): void => {
    clearInterval(timer ?? undefined);
    timer = null;
  };
  const tick = (): void => {
    idleTicks = onTick() ? 0 : idleTicks + 1;
    if (idleTicks >= IDLE_TICKS && !isHeld) {
      stop();
    }
  };
  const start = (): NodeJS.Timeout => {
    idleTicks = 0;
    timer ??= setInterval(tick, TICK_MS).unref();
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
    wake() {
      start();
    },
    stop,
  };
}
