/**
 * Brings `audit_producers` up to the ledger. The reader's row is locked while a stretch is read and moves in the transaction that
 * adds the numbers, so each stretch is added once, whoever runs this and however often; a crash leaves it to be read again.
 * The order is (generation, xid, seq) up to the oldest open transaction: a long one anywhere in the cluster delays this reader and
 * cannot make it skip. Rows are found by `batch`; the ids of the ledger's rows prune partitions.
 */
import type { Pool, PoolClient } from 'pg';

import { type LedgerBatch, toLedgerBatch } from '../ledger/ledger.ts';
import { loadQuery } from '../load-query.ts';
import { type ResultRow, readDate, readNumber, readString } from '../postgres/read-row.ts';
import { queryOn } from '../postgres/with-client.ts';
import { withTransaction } from '../postgres/with-transaction.ts';
import { accountNumbers } from './account-numbers.ts';
import { fromNumberText } from './number-ranges.ts';

/** What a call has read. */
export interface FollowedProducers {
  /** `reached`: up to the oldest open transaction; `busy`: another process is reading; `more`: `maxStretches` were read. */
  readonly kind: 'reached' | 'busy' | 'more';
  readonly batches: number;
  readonly numbers: number;
}

export interface FollowOptions {
  /** Stretches at most, so that a call ends; default 1000. */
  readonly maxStretches?: number;
  /** Rows of a stretch, about: bounds the server's work in one transaction. Default 50000. */
  readonly stretchRows?: number;
}

const READER = 'producers';
const PAGE_BATCHES = 1000;

/** Reads on from where the last call ended, whichever process made it. */
export async function followProducers(pool: Pool, options: FollowOptions = {}): Promise<FollowedProducers> {
  const { maxStretches = 1000, stretchRows = 50_000 } = options;
  let batches = 0;
  let numbers = 0;
  for (let stretch = 0; stretch < maxStretches; stretch += 1) {
    const read = await withTransaction(pool, async (client) => readStretch(client, stretchRows));
    if (read === 'busy') return { kind: 'busy', batches, numbers };
    if (read === 'reached') return { kind: 'reached', batches, numbers };
    batches += read.batches;
    numbers += read.numbers;
  }
  return { kind: 'more', batches, numbers };
}

type Stretch = 'busy' | 'reached' | { readonly batches: number; readonly numbers: number };

async function readStretch(client: PoolClient, stretchRows: number): Promise<Stretch> {
  const reader = (await queryOn(client, loadQuery('lock_reader'), [READER])).rows[0];
  if (reader === undefined) return 'busy';
  const page = await readPage(client, reader);
  const batches = cutStretch(page, stretchRows);
  const last = batches.at(-1);
  if (last === undefined) return 'reached';
  const bounds = toBounds(batches);
  const folded = await queryOn(client, loadQuery('fold_producers'), [...bounds, readDate(reader, 'since')]);
  await noteDropReports(client, bounds);
  await queryOn(client, loadQuery('move_reader'), [READER, last.generation, last.xid, last.seq]);
  return { batches: batches.length, numbers: readNumber(folded.rows[0], 'numbers') };
}

async function readPage(client: PoolClient, reader: ResultRow): Promise<readonly LedgerBatch[]> {
  const cursor = [readNumber(reader, 'generation'), readString(reader, 'xid'), readString(reader, 'seq')];
  const answer = await queryOn(client, loadQuery('read_ledger'), [...cursor, PAGE_BATCHES]);
  return answer.rows.map(toLedgerBatch);
}

/** The first batches of one generation, about as many rows as asked for, and a transaction whole where that can be. */
function cutStretch(page: readonly LedgerBatch[], stretchRows: number): readonly LedgerBatch[] {
  const generation = page[0]?.generation;
  const same = page.filter((batch) => batch.generation === generation);
  let rows = 0;
  const enough = same.findIndex((batch) => (rows += batch.rows) >= stretchRows);
  // The last transaction of a full page may go on after it.
  const isCut = enough !== -1 || page.length === PAGE_BATCHES;
  const taken = enough === -1 ? same : same.slice(0, enough + 1);
  const open = isCut ? taken.filter((batch) => batch.xid !== taken.at(-1)?.xid) : taken;
  return open.length === 0 ? taken : open;
}

type Bounds = readonly [firstXid: string, lastXid: string, lowestId: string, highestId: string];

function toBounds(batches: readonly LedgerBatch[]): Bounds {
  const low = batches.reduce(
    (id, { firstId }) => (firstId < id ? firstId : id),
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
  );
  const high = batches.reduce((id, { lastId }) => (lastId > id ? lastId : id), '');
  return [batches.at(0)?.xid ?? '0', batches.at(-1)?.xid ?? '0', low, high];
}

/** What clients gave up takes their numbers. What cannot be read is left out: its numbers then stay missing. */
async function noteDropReports(client: PoolClient, bounds: Bounds): Promise<void> {
  const answer = await queryOn(client, loadQuery('read_drop_reports'), [...bounds]);
  const ranges = answer.rows.flatMap((row) => {
    const producerId = readString(row, 'producer_id');
    return (fromNumberText(readString(row, 'numbers')) ?? []).map((range) => ({ producerId, ...range }));
  });
  await accountNumbers(client, ranges);
}
