import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 20;

/** Measures how late timers fire: the longest delay since it was last read, in milliseconds. */
export interface LoopLag extends Disposable {
  readMs(): number;
}

export function openLoopLag(): LoopLag {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return {
    readMs() {
      // An idle loop shows the sampling interval itself; nanoseconds.
      const lagMs = Math.max(0, histogram.max / 1e6 - RESOLUTION_MS);
      histogram.reset();
      return Math.round(lagMs * 10) / 10;
    },
    [Symbol.dispose]() {
      histogram.disable();
    },
  };
}
