/**
 * Whether the product names exactly what the judge found lost. The judge knows ids, the product numbers; both rise in the
 * order of the calls of a producer, so a lost id lies in the gap between the numbers of its stored neighbours:
 *
 *     stored  1    2              6    7
 *     lost           x    y              a gap of 3 numbers, 2 of them acknowledged; the third never had a receipt
 *     named          3    4    5         right: at least 2 of the gap, none outside of gaps
 */
import { hasNumber, type NumberRange } from '@auditlane/store';

/** An event of a producer that is a row or a dead letter. */
export interface NumberedEvent {
  readonly id: string;
  readonly number: number;
}

/** What is known of one producer when everything has settled. */
export interface ProducerEvidence {
  readonly producerId: string;
  /** Acknowledged ids that are nowhere. */
  readonly lost: readonly string[];
  /** What it logged, in the order of their ids. */
  readonly stored: readonly NumberedEvent[];
  /** Numbers of what the client logged about itself. */
  readonly others: readonly number[];
  /** Calls whose receipt the producer did not live to see, or that were refused: they may have taken a number. */
  readonly unacknowledged: number;
  /** Numbers that the product says are missing. */
  readonly named: readonly NumberRange[];
  /** The last number that any server has heard of. */
  readonly knownTo: number;
  /** Whether it told the number that it ended with. */
  readonly isClosed: boolean;
}

interface Gap {
  readonly after: number;
  readonly before: number;
  lost: number;
}

function findGaps({ lost, stored }: ProducerEvidence): readonly Gap[] {
  const gaps = new Map<number, Gap>();
  for (const id of lost) {
    const next = stored.findIndex((each) => each.id > id);
    const before = next === -1 ? Number.POSITIVE_INFINITY : (stored[next]?.number ?? 0);
    const after = (next === -1 ? stored.at(-1) : stored[next - 1])?.number ?? 0;
    const gap = gaps.get(after) ?? { after, before, lost: 0 };
    gap.lost += 1;
    gaps.set(after, gap);
  }
  return [...gaps.values()];
}

function countIn(ranges: readonly NumberRange[], { after, before }: Pick<Gap, 'after' | 'before'>): number {
  return ranges.reduce(
    (sum, { first, last }) => sum + Math.max(0, Math.min(last, before - 1) - Math.max(first, after + 1) + 1),
    0,
  );
}

/**
 * A producer that was killed and whose last events were on a destroyed disk alone: no server ever heard their numbers, so
 * nobody can name them. That it never closed is what is known of it.
 */
function isUnheard(gap: Gap, { knownTo, isClosed }: ProducerEvidence): boolean {
  return gap.before === Number.POSITIVE_INFINITY && knownTo <= gap.after && !isClosed;
}

/** One sentence for each lost event that the product does not name, and for what it names and nobody lost; none when it is right. */
export function compareNamed(evidence: ProducerEvidence): readonly string[] {
  const { producerId, lost, stored, others, unacknowledged, named } = evidence;
  const gaps = findGaps(evidence).filter((gap) => !isUnheard(gap, evidence));
  const unnamed = gaps.filter((gap) => countIn(named, gap) < gap.lost);
  const there = [...stored.map(({ number }) => number), ...others].filter((number) => hasNumber(named, number));
  const total = countIn(named, { after: 0, before: Number.POSITIVE_INFINITY });
  const most = lost.length + unacknowledged;
  return [
    ...unnamed.map(
      (gap) =>
        `${gap.lost} lost events of producer ${producerId} after number ${gap.after}: the product names ${countIn(named, gap)}`,
    ),
    ...(there.length === 0
      ? []
      : [`the product calls number ${there[0]} of producer ${producerId} lost: it is stored`]),
    ...(total <= most ? [] : [`the product names ${total} lost events of producer ${producerId}, at most ${most} are`]),
  ];
}

/** How many of the lost events nobody can name. */
export function countUnheard(evidence: ProducerEvidence): number {
  return findGaps(evidence)
    .filter((gap) => isUnheard(gap, evidence))
    .reduce((sum, gap) => sum + gap.lost, 0);
}
