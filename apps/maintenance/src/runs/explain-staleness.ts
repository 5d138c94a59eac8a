import type { LastMaintenanceRun } from '@auditlane/store';

const FRESH_MS = 2 * 3_600_000;

/**
 * Null when partitions are looked after; else why not. A run in progress counts while it is young: a process runs the
 * task as soon as it starts.
 */
export function explainStaleness(runs: readonly LastMaintenanceRun[], nowMs: number): string | null {
  const run = runs.find(({ task }) => task === 'partitions');
  if (run === undefined) return 'partitions were never prepared by this process or another';
  const { lastFailureAt, lastSuccessAt } = run;
  if (lastFailureAt !== null && (lastSuccessAt === null || lastSuccessAt < lastFailureAt)) {
    return `partitions could not be prepared at ${lastFailureAt.toISOString()}: ${run.lastFailure ?? 'no reason was noted'}`;
  }
  const last = run.status === 'running' ? run.startedAt : (lastSuccessAt ?? run.startedAt);
  return nowMs - last.getTime() < FRESH_MS ? null : `partitions were last prepared at ${last.toISOString()}`;
}
