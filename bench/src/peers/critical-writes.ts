import { runCell } from '../cells/run-cell.ts';
import type { Collection } from '../report/collection.ts';
import type { Bound } from '../report/report.ts';
import { emptyServers } from '../servers/empty-servers.ts';
import type { Ground } from '../servers/ground.ts';
import { requireRows } from '../servers/require-rows.ts';
import type { SteadyRun } from './contest.ts';

/** Writes at scale 1. */
export const CRITICAL_WRITES = 5_000;
/** Of the 99th percentile, against a bare INSERT. */
export const CRITICAL_BOUND: Bound = { ratioAtMost: 2 };

/** What one caller waits for a committed row, one write after the other: `logCriticalAudit`, or a bare INSERT. */
export async function writeOneByOne(ground: Ground, kind: 'critical' | 'bare', events: number): Promise<SteadyRun> {
  await emptyServers(ground.stack);
  const args = [kind, events];
  const { p50Ms = Number.NaN, p99Ms = Number.NaN } = await runCell('../peers/critical', { stack: ground.stack, args });
  // Those of the warm-up are rows, too.
  await requireRows(ground.database, kind, 2 * events);
  return { p50Ms, p99Ms };
}

/** Adds what both waited, round by round; `bound` is that of the 99th percentile. */
export function addCriticalWrites(
  collected: Collection,
  runs: {
    readonly critical: readonly SteadyRun[];
    readonly bare: readonly SteadyRun[];
    readonly bound?: Bound | undefined;
  },
): void {
  const name = (kind: string, share: string): string => `one write at a time, ${share}: ${kind}`;
  for (const { share, key, bound } of [
    { share: 'p50', key: 'p50Ms', bound: undefined },
    { share: 'p99', key: 'p99Ms', bound: runs.bound },
  ] as const) {
    const comparedWith = name('bare INSERT', share);
    const critical = { name: name('logCriticalAudit', share), unit: 'ms', comparedWith, bound };
    for (const run of runs.bare) collected.add({ name: comparedWith, unit: 'ms' }, run[key]);
    for (const run of runs.critical) collected.add(critical, run[key]);
  }
}
