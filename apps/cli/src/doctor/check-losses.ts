import type { LossSummary } from '@auditlane/store';
import { toCount, toCounted, toTimeToTheSecond } from '../terminal/quantities.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

/** Numbers of producers that have no row, no dead letter and no place in the queue. Pure. */
export function checkLosses({ events, producers, newestAt }: LossSummary): Finding {
  if (events === 0) return ok('losses', 'no number of any producer is missing');
  const when = newestAt === null ? '' : `, last noticed ${toTimeToTheSecond(newestAt)}`;
  return fail(
    'losses',
    `${toCounted(events, 'event')} of ${toCounted(producers, 'producer')} missing${when}: the events audit.loss.detected name them; npx auditlane spool list on the hosts of the producers, then look at what Redis went through`,
  );
}

/** Letters that moved from a full list to the table. Pure. */
export function checkMovedLetters(count: number): readonly Finding[] {
  if (count === 0) return [];
  return [
    warn('dead letters', `${toCount(count)} more in the table audit_dead_letters: npx auditlane failed list has both`),
  ];
}
