/**
 * From a hole in a producer's numbers to the sentence that events are lost. A hole is normal while events are on their way, so it
 * passes through these states: noticed, settled (still there after the settle time, and not in its producer's memory), doubted (searched for and found nowhere),
 * lost (found nowhere a second time). A search looks at every place in Redis; after it the ledger must have been read past the
 * search's end, since what left Redis meanwhile was committed before it left. Two searches, since an entry that is put back into
 * the queue during one can be passed over by it.
 *
 * Each step is one transaction and may be repeated or done by two processes at once. What is lost, and what comes back after all,
 * is stored as an event in the transaction that notes it, so each is told once.
 */
import type { Pool, PoolClient } from 'pg';

import { loadQuery } from '../load-query.ts';
import { toOwnRow } from '../records/own-event.ts';
import { type ResultRow, readBoolean, readDate, readNumber, readString } from '../postgres/read-row.ts';
import { storeInTransaction } from '../storing/store-in-transaction.ts';
import { queryOn, runQuery } from '../postgres/with-client.ts';
import { withTransaction } from '../postgres/with-transaction.ts';
import { type ProducerNumbers, accountNumbers } from './account-numbers.ts';
import { type NumberRange, countNumbers, fromMultirange, toNumberText } from './number-ranges.ts';

/** Numbers of a producer that are missing. */
export interface MissingNumbers {
  readonly producerId: string;
  /** Sorted, apart from each other. */
  readonly ranges: readonly NumberRange[];
}

/** What a search has found of what it looked for. */
export interface SearchResult {
  readonly searched: readonly MissingNumbers[];
  /** Numbers that wait in Redis. */
  readonly waiting: readonly { readonly producerId: string; readonly number: number }[];
  /** Numbers that are dead letters. */
  readonly parked: readonly ProducerNumbers[];
  /** Which process searched, for its events. */
  readonly process: string;
  /** Seconds that must lie between the two searches. */
  readonly secondsApart: number;
}

/** What a verdict has changed; empty lists nearly always. */
export interface Verdict {
  readonly isBusy: boolean;
  readonly lost: readonly MissingNumbers[];
  readonly recovered: readonly MissingNumbers[];
}

/** Ranges that an event names; more are counted. */
const EVENT_RANGES = 500;

/**
 * Writes holes down and settles those that have been there for `settleSeconds`, except `buffered`: numbers whose events wait in
 * the memory of a producer that lives. A crash between the two statements is mended by the next call.
 */
export async function settleHoles(
  pool: Pool,
  settleSeconds: number,
  buffered: readonly MissingNumbers[] = [],
): Promise<void> {
  await runQuery(pool, 'settle_holes', [settleSeconds]);
  if (buffered.length === 0) return;
  await runQuery(pool, 'excuse_buffered', [
    buffered.map(({ producerId }) => producerId),
    buffered.map(({ ranges }) => toMultirange(ranges)),
  ]);
}

/** What is to be searched for: the settled holes of up to `limit` producers. */
export async function readSettledHoles(pool: Pool, limit: number): Promise<readonly MissingNumbers[]> {
  return (await runQuery(pool, 'read_settled_holes', [limit])).rows.map(toMissing);
}

/**
 * With null, the moment as a text to ask with later; with that text, whether the ledger's readers may see all that was committed
 * before it. False for as long as a transaction that began earlier is open.
 */
export async function readBarrier(
  pool: Pool,
  barrier: string | null,
): Promise<{ readonly barrier: string; readonly isPassed: boolean }> {
  const row = (await runQuery(pool, 'read_barrier', [barrier])).rows[0];
  return { barrier: readString(row, 'barrier'), isPassed: readBoolean(row, 'is_passed') };
}

/** Notes the result of a search. Does nothing while another process reads the ledger. */
export async function judgeHoles(pool: Pool, search: SearchResult): Promise<Verdict> {
  return withTransaction(pool, async (client) => {
    const reader = await queryOn(client, loadQuery('lock_reader'), ['producers']);
    if (reader.rows.length === 0) return { isBusy: true, lost: [], recovered: [] };
    await accountNumbers(client, search.parked);
    const lost = search.searched.length === 0 ? [] : await noteSearch(client, search);
    const recovered = (await queryOn(client, loadQuery('recover_lost'))).rows;
    const events = [
      ...lost.map((row) => toLossRow(row, search.process)),
      ...recovered.map((row) => toRecoveryRow(row, search.process)),
    ];
    await storeInTransaction(client, events, { writer: search.process });
    return { isBusy: false, lost: lost.map(toMissing), recovered: recovered.map(toMissing) };
  });
}

async function noteSearch(client: PoolClient, search: SearchResult): Promise<readonly ResultRow[]> {
  const { searched, waiting, secondsApart } = search;
  const answer = await queryOn(client, loadQuery('judge_holes'), [
    searched.map(({ producerId }) => producerId),
    searched.map(({ ranges }) => toMultirange(ranges)),
    waiting.map(({ producerId }) => producerId),
    waiting.map(({ number }) => number),
    secondsApart,
  ]);
  return answer.rows;
}

function toMultirange(ranges: readonly NumberRange[]): string {
  return `{${ranges.map(({ first, last }) => `[${first},${last}]`).join(',')}}`;
}

function toMissing(row: ResultRow): MissingNumbers {
  return { producerId: readString(row, 'producer_id'), ranges: fromMultirange(readString(row, 'numbers')) };
}

function toLossRow(row: ResultRow, process: string) {
  const { producerId, ranges } = toMissing(row);
  const count = countNumbers(ranges);
  const isClosed = readBoolean(row, 'is_closed');
  return toOwnRow({
    eventType: 'audit.loss.detected',
    resourceId: producerId,
    process,
    description: `${count} events of producer ${producerId} are missing`,
    metadata: {
      numbers: toNumberText(ranges, EVENT_RANGES),
      count,
      // One that was killed may have taken numbers for calls that never got a receipt.
      producer_closed: isClosed,
      producer_first_seen_at: readDate(row, 'first_seen_at').toISOString(),
      producer_last_seen_at: readDate(row, 'last_seen_at').toISOString(),
    },
  });
}

function toRecoveryRow(row: ResultRow, process: string) {
  const { producerId, ranges } = toMissing(row);
  const count = countNumbers(ranges);
  return toOwnRow({
    eventType: 'audit.loss.recovered',
    resourceId: producerId,
    process,
    description: `${count} events of producer ${producerId} that were missing are accounted for`,
    metadata: { numbers: toNumberText(ranges, EVENT_RANGES), count },
  });
}

/** What the monitor tells of losses. */
export interface LossSummary {
  /** Missing events of all producers. */
  readonly events: number;
  readonly producers: number;
  readonly newestAt: Date | null;
  /** The producers that lost something last. */
  readonly newest: readonly MissingNumbers[];
}

/** Reads what is missing now: what came back, or has expired, is not in it. */
export async function readLosses(pool: Pool, limit: number): Promise<LossSummary> {
  const { rows } = await runQuery(pool, 'read_losses', [limit]);
  const first = rows[0];
  if (first === undefined) return { events: 0, producers: 0, newestAt: null, newest: [] };
  return {
    events: readNumber(first, 'all_lost'),
    producers: readNumber(first, 'producers'),
    newestAt: readDate(first, 'newest_at'),
    newest: rows.map(toMissing),
  };
}
