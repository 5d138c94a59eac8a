import type { Redis } from 'ioredis';
import { toEntryAgeMs } from './entry-age.ts';
import type { QueueKeys } from './keys.ts';
import { toInteger, toPairs, toReply, toText, toUnknownReply } from './reply.ts';
import { runScript } from './script.ts';

/** One lane at a glance. */
export interface LaneState {
  readonly depth: number;
  /** Milliseconds since the oldest entry's id was minted; null when the lane is empty or that entry is not ours. */
  readonly oldestAgeMs: number | null;
}

/** The queue at one moment. */
export interface QueueState {
  readonly main: LaneState;
  readonly urgent: LaneState;
  readonly inFlight: { readonly claims: number; readonly entries: number };
  /** Dead letters in `audit:failed` now. */
  readonly failed: number;
  /** Entries in `audit:hold` now. */
  readonly held: number;
  /** Every counter of `audit:stats`. */
  readonly stats: Readonly<Record<string, number>>;
  /**
   * enqueued + redriven - (acknowledged + dead-lettered + held + in flight + queued). Zero when the sums close;
   * above zero entries are missing; below zero somebody pushed without the enqueue script.
   */
  readonly conservationDifference: number;
  /** The larger age of both lanes. */
  readonly oldestAgeMs: number | null;
  /** Mark of the data set; null before the first push. */
  readonly incarnation: string | null;
  /** Clock of Redis, milliseconds since 1970. */
  readonly redisTimeMs: number;
}

interface Counts {
  readonly queued: number;
  readonly inFlight: number;
  readonly held: number;
}

function toConservationDifference(stats: Readonly<Record<string, number>>, counts: Counts): number {
  const came = (stats['enqueued'] ?? 0) + (stats['redriven'] ?? 0);
  const left = (stats['stored'] ?? 0) + (stats['duplicates'] ?? 0) + (stats['dead'] ?? 0);
  return came - left - counts.held - counts.inFlight - counts.queued;
}

function toStats(raw: unknown): Readonly<Record<string, number>> {
  // Foreign fields are left out: a counter of ours is always a whole number.
  const numbers = toPairs(raw).map(([name, text]) => [name, Number(text)] as const);
  return Object.fromEntries(numbers.filter(([, count]) => Number.isSafeInteger(count)));
}

function toOldest(ages: readonly (number | null)[]): number | null {
  const known = ages.filter((age) => age !== null);
  return known.length === 0 ? null : Math.max(...known);
}

/** See `Queue.inspect`. Read only; costs O(claims + counters), whatever the depth. */
export async function inspect(redis: Redis, keys: QueueKeys): Promise<QueueState> {
  const raw = await runScript(redis, 'inspect', {
    keys: [keys.queue, keys.urgent, keys.failed, keys.hold, keys.meta, keys.stats, keys.epoch],
    args: [],
  });
  const reply = toReply(raw);
  if (reply.name !== 'state') throw toUnknownReply(reply);
  const [main, urgent, failed, held, claims, inFlight] = reply.values.slice(0, 6).map(toInteger);
  const [rawStats, incarnation, oldestMain, oldestUrgent, time] = reply.values.slice(6);
  const redisTimeMs = toInteger(time);
  const stats = toStats(rawStats);
  const counts = { queued: (main ?? 0) + (urgent ?? 0), inFlight: inFlight ?? 0, held: held ?? 0 };
  const mainAgeMs = toEntryAgeMs(toText(oldestMain), redisTimeMs);
  const urgentAgeMs = toEntryAgeMs(toText(oldestUrgent), redisTimeMs);
  return {
    main: { depth: main ?? 0, oldestAgeMs: mainAgeMs },
    urgent: { depth: urgent ?? 0, oldestAgeMs: urgentAgeMs },
    inFlight: { claims: claims ?? 0, entries: counts.inFlight },
    failed: failed ?? 0,
    held: counts.held,
    stats,
    conservationDifference: toConservationDifference(stats, counts),
    oldestAgeMs: toOldest([mainAgeMs, urgentAgeMs]),
    incarnation: toText(incarnation) || null,
    redisTimeMs,
  };
}
