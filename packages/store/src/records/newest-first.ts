import { uuidFloor } from '@auditlane/schema';
import type { Pool, PoolClient } from 'pg';

import { loadQuery } from '../load-query.ts';
import { listPartitions } from '../partitions/ensure-partitions.ts';
import { queryOn } from '../postgres/with-client.ts';
import { withTransaction } from '../postgres/with-transaction.ts';

/** Ids from `from` on and below `to`. */
export interface IdRange {
  readonly from: string;
  readonly to: string;
}

/** What of a page is wanted. */
export interface NewestFirst {
  /** Id that the page ends before; null for the newest. */
  readonly before: string | null;
  /** Rows of this time and later, by their ids; default all. */
  readonly since?: Date;
  /** Rows at most. */
  readonly limit: number;
}

/** Reads the newest rows with ids in `range`, newest first, at most `limit` of them. */
export type ReadRange<T> = (client: PoolClient, range: IdRange, limit: number) => Promise<readonly T[]>;

const LOWEST = '00000000-0000-0000-0000-000000000000';
const HIGHEST = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
/** A partition that is made or dropped meanwhile makes a range slower to read, never wrong: together they have all ids. */
const KNOWN_MS = 60_000;

/**
 * Reads a page of `audit_logs` from one stretch of ids after the other, the newest first, and ends when it is full: from the partition of
 * now up (with the days to come, which are mostly empty), then one partition, two, four and so on, then what is below the oldest. Throws a StoreError.
 *
 * Asked of the whole table, Postgres opens an index of every partition before it gives the first row, since ids in DEFAULT may lie between
 * any: 19 ms instead of 1 for a user among 30 million events. Within bounds that hold partitions alone, DEFAULT is left out and
 * partitions are read in their order (docs/adr/0011). `read` gets its plans made for the bounds (`prefer_indexes`).
 */
export async function readNewestFirst<T>(
  pool: Pool,
  { before, since, limit }: NewestFirst,
  read: ReadRange<T>,
): Promise<readonly T[]> {
  const from = since === undefined ? LOWEST : uuidFloor(since.getTime());
  const ranges = toRanges(await readBounds(pool, Date.now()), { from, to: before ?? HIGHEST });
  return withTransaction(pool, async (client) => {
    await queryOn(client, loadQuery('prefer_indexes'));
    const rows: T[] = [];
    for (const range of ranges) {
      rows.push(...(await read(client, range, limit - rows.length)));
      if (rows.length >= limit) break;
    }
    return rows;
  });
}

interface Bounds {
  readonly atMs: number;
  /** Where partitions begin, newest first; of those that begin after now only what is above them is a bound. */
  readonly starts: readonly string[];
}

const known = new WeakMap<Pool, Bounds>();

async function readBounds(pool: Pool, nowMs: number): Promise<readonly string[]> {
  const last = known.get(pool);
  if (last !== undefined && nowMs - last.atMs < KNOWN_MS && nowMs >= last.atMs) return last.starts;
  const partitions = await listPartitions(pool, 'audit_logs');
  const starts = partitions
    .flatMap(({ range }) => (range === null || range.fromMs > nowMs ? [] : [uuidFloor(range.fromMs)]))
    .toReversed();
  known.set(pool, { atMs: nowMs, starts });
  return starts;
}

/** The ids of `wanted`, newest first, in ranges of 1, 1, 2, 4 … partitions; `starts` are their lower bounds, newest first. */
export function toRanges(starts: readonly string[], wanted: IdRange): readonly IdRange[] {
  const ranges: IdRange[] = [];
  let to = HIGHEST;
  for (let at = 0, size = 1; at < starts.length; at += size, size = at === 1 ? 1 : size * 2) {
    const from = starts[Math.min(at + size, starts.length) - 1] ?? LOWEST;
    ranges.push({ from, to });
    to = from;
  }
  ranges.push({ from: LOWEST, to });
  return ranges.map((range) => overlap(range, wanted)).filter((range) => range.from < range.to);
}

/** Ids are compared as text, which is their order as long as all are in lower case. */
function overlap(one: IdRange, other: IdRange): IdRange {
  const [from, to] = [other.from.toLowerCase(), other.to.toLowerCase()];
  return { from: one.from > from ? one.from : from, to: one.to < to ? one.to : to };
}
