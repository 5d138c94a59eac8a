const BASE_MS = 100;
const CAP_MS = 10_000;

/**
 * The wait before the next try after `failures` failures in a row: doubles from 0.1 s to at most 10 s, of which a random
 * half is taken off, so that workers which failed together do not return together. `random` answers in [0, 1).
 */
export function backoffMs(failures: number, random: () => number): number {
  // 2 ** 7 * 100 is above the cap: a larger exponent cannot matter and would overflow after days of outage.
  const whole = Math.min(CAP_MS, BASE_MS * 2 ** Math.min(Math.max(0, failures - 1), 7));
  return whole / 2 + (whole / 2) * random();
}
