/**
 * What Postgres knows of losses, and what a monitor remembers between two looks: since when the sums do not close, which
 * data set Redis had, and how counters have grown in the last minute.
 */
import { readLedgerLag, readLosses, readObservation, toNumberText } from '@auditlane/store';
import type { LedgerLag, LossSummary, Pool } from '@auditlane/store';
import * as z from 'zod';
import { createDropHistory } from './drop-history.ts';
import type { RedisFacts } from './fleet-view.ts';

/** What the loss ledger in Postgres says. */
export interface StoredLosses {
  readonly missing: LossSummary;
  readonly lag: LedgerLag;
  /** How often Redis came back with another data set, and when last; null when nobody has looked yet. */
  readonly incarnation: { readonly changes: number; readonly changedAt: Date } | null;
}

/** Counters whose growth is judged. */
const WATCHED = ['dead', 'enqueued', 'overflow', 'replayed', 'adopted', 'fenced', 'spool_faults'] as const;
export type Growth = Readonly<Record<(typeof WATCHED)[number], number>>;

/** What has to do with losses at one moment. */
export interface LossFacts {
  /** How long the sums have not closed, and how long the difference has been what it is; 0 when they close. */
  readonly openMs: number;
  readonly unchangedMs: number;
  /** Since Redis came back with another data set; null when it did not. */
  readonly incarnationAgeMs: number | null;
  readonly incarnationChanges: number;
  /** Growth in the last minute as this process has seen it. */
  readonly growth: Growth;
  readonly missingEvents: number;
  readonly missingProducers: number;
  readonly newestLossAgeMs: number | null;
  /** The producers that lost something last, with numbers. */
  readonly missingText: string;
  readonly lagSeconds: number;
  readonly blocker: LedgerLag['blocker'];
}

/** Where maintenance notes the data set of Redis. */
const INCARNATION = 'incarnation';
const NAMED_PRODUCERS = 3;
const NAMED_RANGES = 5;
const Noted = z.object({ changes: z.int().nonnegative() });
/** As our client names itself; anything else was pushed by somebody else and is not repeated. */
const PRODUCER_ID = /^[0-9a-f]{1,40}$/;

/** Reads what Postgres knows of losses. */
export async function readStoredLosses(pool: Pool): Promise<StoredLosses> {
  const [missing, lag, noted] = await Promise.all([
    readLosses(pool, NAMED_PRODUCERS),
    readLedgerLag(pool),
    readObservation(pool, INCARNATION),
  ]);
  const changes = Noted.safeParse(noted?.value).data?.changes;
  const incarnation = noted === null || changes === undefined ? null : { changes, changedAt: noted.changedAt };
  return { missing, lag, incarnation };
}

/** Makes the memory of a monitor. A source that is away is null: then what it said last stays. */
export function createLossWatch(): (at: number, redis: RedisFacts | null, stored: StoredLosses | null) => LossFacts {
  const notes = WATCHED.map((name) => [name, createDropHistory()] as const);
  let growth: Growth = { dead: 0, enqueued: 0, overflow: 0, replayed: 0, adopted: 0, fenced: 0, spool_faults: 0 };
  let sums = { difference: 0, openSince: 0, changedAt: 0 };
  let incarnation: string | null = null;
  let seenAt: number | null = null;
  let last: StoredLosses | null = null;

  function noteRedis(at: number, { queue }: RedisFacts): void {
    const grown = notes.map(([name, note]) => [name, note(at, queue.stats[name] ?? 0).lastMinute] as const);
    growth = { ...growth, ...Object.fromEntries(grown) };
    const difference = queue.conservationDifference;
    const isOpen = difference !== 0;
    sums = {
      difference,
      openSince: isOpen && sums.difference !== 0 ? sums.openSince : at,
      changedAt: difference === sums.difference ? sums.changedAt : at,
    };
    // Null before the first push: an emptied Redis shows with it.
    if (queue.incarnation === null) return;
    if (incarnation !== null && incarnation !== queue.incarnation) seenAt = at;
    incarnation = queue.incarnation;
  }

  return (at, redis, stored) => {
    if (redis !== null) noteRedis(at, redis);
    last = stored ?? last;
    const isOpen = sums.difference !== 0;
    return {
      openMs: isOpen ? at - sums.openSince : 0,
      unchangedMs: isOpen ? at - sums.changedAt : 0,
      incarnationAgeMs: toIncarnationAge(at, seenAt, last),
      incarnationChanges: last?.incarnation?.changes ?? (seenAt === null ? 0 : 1),
      growth,
      ...toMissingFacts(at, last),
      lagSeconds: last?.lag.lagSeconds ?? 0,
      blocker: last?.lag.blocker ?? null,
    };
  };
}

function toIncarnationAge(at: number, seenAt: number | null, stored: StoredLosses | null): number | null {
  const noted = stored?.incarnation;
  const notedAt = noted === undefined || noted === null || noted.changes === 0 ? null : noted.changedAt.getTime();
  const times = [seenAt, notedAt].filter((time) => time !== null);
  return times.length === 0 ? null : Math.max(0, at - Math.max(...times));
}

function toMissingFacts(at: number, stored: StoredLosses | null) {
  const missing = stored?.missing;
  const newestAt = missing?.newestAt ?? null;
  const named = (missing?.newest ?? []).map(
    ({ producerId, ranges }) =>
      `${PRODUCER_ID.test(producerId) ? producerId : 'a foreign producer'} ${toNumberText(ranges, NAMED_RANGES)}`,
  );
  return {
    missingEvents: missing?.events ?? 0,
    missingProducers: missing?.producers ?? 0,
    newestLossAgeMs: newestAt === null ? null : at - newestAt.getTime(),
    missingText: named.join('; '),
  };
}
