import type { LastMaintenanceRun } from '@auditlane/store';
import { toDuration } from '../terminal/quantities.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

/** Partitions are prepared hourly. */
const SILENT_MS = 3 * 3_600_000;
const HOURLY = 'partitions';
const REMEDY = 'npm run pm2 -- logs audit-maintenance';

/** Whether the scheduled tasks run, and what the failed ones said. Pure. */
export function checkMaintenance(runs: readonly LastMaintenanceRun[], now: number): readonly Finding[] {
  const prepared = runs.find(({ task }) => task === HOURLY)?.lastSuccessAt ?? null;
  const failed = runs.filter(
    ({ lastFailureAt, lastSuccessAt }) =>
      lastFailureAt !== null && (lastSuccessAt === null || lastFailureAt > lastSuccessAt),
  );
  return [
    toPreparedFinding(prepared, now),
    ...failed.map(({ task, lastFailure }) =>
      warn('maintenance', `the last run of ${task} failed (${lastFailure ?? 'no reason given'}): ${REMEDY}`),
    ),
  ];
}

function toPreparedFinding(prepared: Date | null, now: number): Finding {
  // As in the first seconds of a new installation, whose partitions the migration prepared.
  if (prepared === null) return warn('maintenance', `has not run yet: ${REMEDY}`);
  const sinceMs = now - prepared.getTime();
  if (sinceMs <= SILENT_MS) return ok('maintenance', `partitions were prepared ${toDuration(sinceMs)} ago`);
  return fail('maintenance', `has prepared no partitions for ${toDuration(sinceMs)}: is it running? ${REMEDY}`);
}
