/**
 * What happens to the queue as a whole and is an event: another data set in Redis, and dead letters that were parked.
 * Each look compares with what was noted in Postgres last, so a change is told once, whichever process sees it.
 */
import { newestLetters } from '@auditlane/queue';
import type { connectRedis, LetterGlance, Queue, QueueKeys } from '@auditlane/queue';
import { observe, readObservation, toOwnRow } from '@auditlane/store';
import type { Pool } from '@auditlane/store';
import * as z from 'zod';

export interface QueueObserver {
  readonly pool: Pool;
  readonly redis: ReturnType<typeof connectRedis>;
  readonly keys: QueueKeys;
  readonly queue: Pick<Queue, 'inspect'>;
}

/** What a look found. */
export interface QueueNews {
  readonly parked: number;
  readonly isOtherDataSet: boolean;
}

/** Under this name the API finds the last look. */
const INCARNATION = 'incarnation';
const DEAD_LETTERS = 'dead_letters';

const PROCESS = 'audit-maintenance';
const Incarnation = z.object({ incarnation: z.string(), changes: z.number() });
const Parked = z.object({ incarnation: z.string(), parked: z.number() });
/** Letters that are read for one event; the counters tell of all. */
const MOST_LETTERS = 10_000;
const NAMED_PRODUCERS = 20;

/** Looks at the queue and stores the events of what has changed. Rejects when Redis or Postgres is away. */
export async function observeQueue(parts: QueueObserver): Promise<QueueNews> {
  const { stats, incarnation } = await parts.queue.inspect();
  // Nothing was ever pushed to an empty data set; whether one was lost shows with the first push.
  if (incarnation === null) return { parked: 0, isOtherDataSet: false };
  const isOtherDataSet = await observeIncarnation(parts, incarnation);
  const parked = (stats['dead'] ?? 0) - (stats['dead_repeated'] ?? 0);
  return { parked: await observeParked(parts, { incarnation, parked }), isOtherDataSet };
}

async function observeIncarnation({ pool, keys }: QueueObserver, incarnation: string): Promise<boolean> {
  const known = Incarnation.safeParse((await readObservation(pool, INCARNATION))?.value).data;
  if (known?.incarnation === incarnation) return false;
  let isChanged = false;
  await observe(pool, INCARNATION, (before) => {
    const last = Incarnation.safeParse(before?.value).data ?? null;
    if (last?.incarnation === incarnation) return null;
    isChanged = last !== null;
    const event = toOwnRow({
      eventType: 'audit.incarnation.changed',
      resourceId: keys.queue,
      process: PROCESS,
      description: 'Redis came back with another data set than before',
      metadata: { before: { incarnation: last?.incarnation ?? null }, after: { incarnation } },
    });
    const changes = last === null ? 0 : last.changes + 1;
    return { value: { incarnation, changes }, events: last === null ? [] : [event] };
  });
  return isChanged;
}

async function observeParked(parts: QueueObserver, now: z.output<typeof Parked>): Promise<number> {
  const known = (await readObservation(parts.pool, DEAD_LETTERS))?.value ?? null;
  const last = Parked.safeParse(known).data;
  if (last?.incarnation === now.incarnation && last.parked === now.parked) return 0;
  const since = last?.incarnation === now.incarnation ? last.parked : 0;
  // Fewer than before: Redis came back older than it was. Count from there.
  const count = Math.max(0, now.parked - since);
  const letters: LetterGlance[] = [];
  for await (const letter of newestLetters(parts.redis, parts.keys, Math.min(count, MOST_LETTERS)))
    letters.push(letter);
  const isNoted = await observe(parts.pool, DEAD_LETTERS, (before) => {
    // Another process was faster: it has told.
    if (JSON.stringify(before?.value ?? null) !== JSON.stringify(known)) return null;
    return {
      value: now,
      events: count === 0 ? [] : [toParkedRow(parts.keys, { before: since, after: now.parked }, letters)],
      accounted: letters.flatMap(({ number }) =>
        number === null ? [] : [{ producerId: number.producerId, first: number.number, last: number.number }],
      ),
    };
  });
  return isNoted ? count : 0;
}

interface Totals {
  readonly before: number;
  readonly after: number;
}

function toParkedRow(keys: QueueKeys, totals: Totals, letters: readonly LetterGlance[]) {
  const count = totals.after - totals.before;
  const reasons = countBy(letters.map(({ reason }) => reason));
  const producers = countBy(letters.flatMap(({ number }) => (number === null ? [] : [number.producerId])));
  return toOwnRow({
    eventType: 'audit.dead_letters.parked',
    resourceId: keys.failed,
    process: PROCESS,
    description: `${count} events could not be stored and were parked`,
    metadata: {
      count,
      reasons: Object.fromEntries(reasons),
      producers: Object.fromEntries(producers.slice(0, NAMED_PRODUCERS)),
      before: { parked: totals.before },
      after: { parked: totals.after },
    },
  });
}

/** Most frequent first. */
function countBy(words: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].toSorted(([, left], [, right]) => right - left);
}
