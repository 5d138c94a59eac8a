import type { Collection, Described } from '../report/collection.ts';
import { percentile } from '../report/statistics.ts';

const SHARES = { p50: 0.5, p99: 0.99 } as const;
const MOST_MS = { p50: 1, p99: 2 } as const;

/** Milliseconds that each request waited for its answer, by what its route did beside its work. */
export interface Waits {
  readonly withAudit: readonly number[];
  readonly without: readonly number[];
  /** With an awaited LPUSH instead. */
  readonly lpush: readonly number[];
}

/**
 * Adds what requests waited, and what `logAudit` and a bare LPUSH add to the wait without either. Both are differences, and
 * the one is compared with the other: beside a whole wait a slow `logAudit` would look fast.
 */
export function noteLatency(collected: Collection, title: string, waits: Waits): void {
  for (const figure of ['p50', 'p99'] as const) {
    const nameOf = (what: string): string => `${title}, ${what}, ${figure}`;
    const note = (what: string, value: number, more: Partial<Described> = {}): void =>
      collected.add({ name: nameOf(what), unit: 'ms', ...more }, value);
    const withAudit = percentile(waits.withAudit, SHARES[figure]);
    const without = percentile(waits.without, SHARES[figure]);
    const lpush = percentile(waits.lpush, SHARES[figure]);
    const besideNone = { comparedWith: nameOf('without logAudit') };
    const besideBare = { comparedWith: nameOf('what a bare LPUSH adds') };
    note('without logAudit', without);
    note('with logAudit', withAudit, besideNone);
    note('with a bare LPUSH', lpush, besideNone);
    note('what a bare LPUSH adds', lpush - without);
    note('what logAudit adds', withAudit - without, { ...besideBare, bound: { atMost: MOST_MS[figure] } });
  }
}
