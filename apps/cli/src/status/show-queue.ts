import type { LaneState, QueueState } from '@auditlane/queue';
import type { Output } from '../terminal/output.ts';
import { toCount, toCounted, toDuration } from '../terminal/quantities.ts';
import { toStyled, type Piece } from '../terminal/styles.ts';

/** Lag from which a person wants to know. */
const LATE_MS = 10_000;

/** The lanes, what is in flight and parked, and whether the sums close. */
export function showQueue(output: Output, queue: QueueState): void {
  const { inFlight, failed, held, stats, conservationDifference } = queue;
  output.table(
    [{ title: 'queue' }, { title: 'entries', align: 'right' }, { title: '' }],
    [
      ['main lane', toCount(queue.main.depth), toAge(queue.main)],
      ['urgent lane', toCount(queue.urgent.depth), toAge(queue.urgent)],
      [
        'in flight',
        toCount(inFlight.entries),
        inFlight.claims === 0 ? '' : `in ${toCounted(inFlight.claims, 'claim')}`,
      ],
      [
        'dead letters',
        failed === 0 ? '0' : toStyled(toCount(failed), 'bad'),
        failed === 0 ? '' : 'npx auditlane failed list',
      ],
      [
        'held',
        held === 0 ? '0' : toStyled(toCount(held), 'warning'),
        held === 0 ? '' : 'of a newer release: docs/operations.md, Held entries',
      ],
    ],
  );
  const { enqueued = 0, redriven = 0, stored = 0, duplicates = 0, dead = 0, dropped = 0 } = stats;
  output.line();
  output.line(
    `since the queue began: ${toCount(enqueued)} enqueued, ${toCount(redriven)} redriven, ${toCount(stored)} stored,`,
  );
  output.line(`  ${toCount(duplicates)} absorbed duplicates, ${toCount(dead)} parked`);
  output.line('conservation: ', toSum(conservationDifference));
  if (dropped > 0) output.line(toStyled(`${toCounted(dropped, 'event')} dropped by clients`, 'bad'));
}

function toAge({ depth, oldestAgeMs }: LaneState): Piece {
  if (depth === 0) return '';
  if (oldestAgeMs === null) return 'oldest of unknown age';
  const text = `oldest waits ${toDuration(oldestAgeMs)}`;
  return oldestAgeMs > LATE_MS ? toStyled(text, 'warning') : text;
}

function toSum(difference: number): Piece {
  if (difference === 0) return toStyled('every entry is accounted for', 'good');
  if (difference > 0)
    return toStyled(`${toCounted(difference, 'entry', 'entries')} missing: npx auditlane doctor`, 'bad');
  return toStyled(
    `${toCounted(-difference, 'entry', 'entries')} more than were enqueued: somebody pushed by hand`,
    'warning',
  );
}
