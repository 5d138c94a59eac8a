/** Bounds of a wait in milliseconds. */
export interface BackoffBounds {
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * The wait before the next try after `failures` failures in a row: doubles from `firstMs` to at most `longestMs`, of
 * which a random half is taken off, so that processes which failed together do not return together. `random` answers in
 * [0, 1).
 */
export function backoffMs(failures: number, bounds: BackoffBounds, random: () => number): number {
  // An exponent above 30 cannot matter and would overflow after days of outage.
  const whole = Math.min(bounds.longestMs, bounds.firstMs * 2 ** Math.min(Math.max(0, failures - 1), 30));
  return whole / 2 + (whole / 2) * random();
}
