import type { Queue } from '@auditlane/queue';
import type { Sleep } from '@auditlane/runtime';
import {
  followProducers,
  fromNumberText,
  judgeHoles,
  noteMarks,
  readBarrier,
  readSettledHoles,
  settleHoles,
} from '@auditlane/store';
import type { MissingNumbers, Pool, Verdict } from '@auditlane/store';
import type { SearchPlaces } from './search.ts';
import { search } from './search.ts';

export interface LossParts extends SearchPlaces {
  readonly pool: Pool;
  readonly queue: Pick<Queue, 'producers' | 'forgetProducers' | 'buffered'>;
  readonly sleep: Sleep;
  /** Ends waits when the process drains. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** See SETTLE_SECONDS and SECONDS_APART. */
  readonly settleSeconds: number;
  readonly secondsApart: number;
  /** How long it counts what a producer says that it has in memory; default `BUFFERED_VALID_MS`. */
  readonly bufferedMs?: number;
}

/** What a round found. */
export interface LossRound extends Pick<Verdict, 'lost' | 'recovered'> {
  /** Numbers that the ledger brought. */
  readonly numbers: number;
  /** Holes that were searched for. */
  readonly searched: number;
  /** True when a transaction that has been open since before the search keeps the verdict back. */
  readonly isHeldBack: boolean;
}

/**
 * A hole is normal while its event is on the way: in a claim, behind a backlog, in a client that retries for 5 s. One
 * that is still there after this is searched for. With a round every 5 s and two searches 4 s apart, a loss is named
 * 15 to 45 s after the producer's next event was stored. What waits in the memory of its producer, for seconds or for
 * hours, is no hole while the producer says so; when it is killed, its word counts for 15 s more.
 */
export const SETTLE_SECONDS = 15;
export const SECONDS_APART = 4;

const PRODUCERS_PER_SEARCH = 200;
const BARRIER_ATTEMPTS = 15;
const BARRIER_PAUSE_MS = 200;
/** A closed producer has told its last number, which is kept in Postgres; this is for clients whose close is repeated. */
const FORGET_CLOSED_MS = 3_600_000;
/** Nobody is silent that long and alive but idle: its mark comes back with its next push. */
const FORGET_SILENT_MS = 7 * 86_400_000;

/**
 * One round: reads the ledger and the marks in Redis, settles holes, searches for those that have settled, and judges.
 * Rejects when Redis or Postgres is away, having changed nothing that the next round would not do again.
 */
export async function findLosses(parts: LossParts): Promise<LossRound> {
  const { pool } = parts;
  const { numbers } = await followProducers(pool);
  await noteProducers(parts);
  // After the ledger and the marks: whoever pushed past a number that waits has had time to say so before it settles.
  await settleHoles(pool, parts.settleSeconds, await readBuffered(parts));
  const searched = await readSettledHoles(pool, PRODUCERS_PER_SEARCH);
  const found = searched.length === 0 ? { waiting: [], parked: [] } : await search(parts, searched);
  const round = { numbers, searched: searched.length };
  // What left Redis while it was searched was committed before it left: read the ledger up to here before judging.
  if (searched.length > 0 && !(await passBarrier(parts)))
    return { ...round, lost: [], recovered: [], isHeldBack: true };
  const verdict = await judgeHoles(pool, {
    searched,
    ...found,
    process: 'audit-maintenance',
    secondsApart: parts.secondsApart,
  });
  return { ...round, lost: verdict.lost, recovered: verdict.recovered, isHeldBack: false };
}

async function noteProducers({ pool, queue, now }: LossParts): Promise<void> {
  const marks = await queue.producers();
  await noteMarks(
    pool,
    marks.map(({ producerId, lastSeq, isClosed, atMs }) => ({
      producerId,
      lastNumber: lastSeq,
      isClosed,
      at: new Date(atMs),
    })),
  );
  // After the commit of what they said.
  const old = marks.filter(({ isClosed, atMs }) => now() - atMs > (isClosed ? FORGET_CLOSED_MS : FORGET_SILENT_MS));
  if (old.length > 0) await queue.forgetProducers(old.map(({ producerId }) => producerId));
}

/** What waits in the memory of producers, by their own word. */
async function readBuffered({ queue, bufferedMs }: LossParts): Promise<readonly MissingNumbers[]> {
  const told = await queue.buffered(bufferedMs);
  return told.flatMap(({ producerId, numbers }) => {
    const ranges = fromNumberText(numbers);
    return ranges === null ? [] : [{ producerId, ranges }];
  });
}

/** Reads the ledger until it shows all that was committed before this call; false when an open transaction hides some of it. */
async function passBarrier({ pool, sleep, signal }: LossParts): Promise<boolean> {
  const { barrier } = await readBarrier(pool, null);
  for (let attempt = 1; attempt <= BARRIER_ATTEMPTS && !signal.aborted; attempt += 1) {
    const { isPassed } = await readBarrier(pool, barrier);
    const { kind } = await followProducers(pool);
    // In this order: what is read after the barrier was passed is all there.
    if (isPassed && kind === 'reached') return true;
    await sleep(BARRIER_PAUSE_MS, signal);
  }
  return false;
}
