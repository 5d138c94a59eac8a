import { backoffMs } from '@auditlane/runtime';

const BOUNDS = { firstMs: 100, longestMs: 10_000 } as const;

/** The wait of a worker before the next try after `failures` failures in a row: 0.1 to 10 s. `random` answers in [0, 1). */
export function outageBackoffMs(failures: number, random: () => number): number {
  return backoffMs(failures, BOUNDS, random);
}
