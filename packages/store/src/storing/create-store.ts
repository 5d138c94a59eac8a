import pg, { type Pool, type PoolClient } from 'pg';

import { classifyPostgresError } from '../postgres/classify-postgres-error.ts';
import { toCopyFrame } from './copy-frame.ts';
import { COPY_COLUMNS } from './copy-line.ts';
import { CopyQuery } from './copy-query.ts';
import { toJsonRows } from './json-rows.ts';
import { type Query, loadQuery } from '../load-query.ts';
import { SpareBuffers } from './spare-buffers.ts';
import { StoreError } from '../postgres/store-error.ts';
import { type StorableRow, toEventRow } from './transcoding/transcoded-row.ts';
import { queryOn, withClient } from '../postgres/with-client.ts';

/** What became of a batch. `inserted + duplicates` is the number of rows given. */
export interface StoreResult {
  readonly kind: 'stored';
  readonly inserted: number;
  readonly duplicates: number;
  /** Ids whose stored content differs from what was given now. The first row won and stays. */
  readonly conflicting: readonly string[];
  readonly path: 'copy' | 'idempotent';
}

export interface StoreBatchOptions {
  /** The batch was delivered before, wholly or in part: saves the COPY that would fail. Default false. */
  readonly idempotent?: boolean;
}

/** The one way into audit_logs. */
export interface Store {
  /**
   * Stores a batch and its ledger row in one transaction; resolves after the commit. Rows need no order.
   * Rejects with a StoreError: all rows are in, or none is; on `outage` that is unknown, and the same call again is safe.
   */
  storeBatch(rows: readonly StorableRow[], options?: StoreBatchOptions): Promise<StoreResult>;
}

/**
 * Below this the idempotent statement costs no more than COPY to speak of, and it cannot fail on a duplicate. CPU of both ends together,
 * against COPY: -12% for 1 row, +3% for 4, +20% for 8, +30% for 16, +40% for 32 and more (Postgres 15 and 18).
 */
export const SMALL_BATCH_ROWS = 8;

export interface StoreOptions {
  /** Who stores, as the ledger shows it, such as host and pid. */
  readonly writer: string;
}

interface Statements {
  readonly idempotent: Query;
  readonly conflicting: Query;
}

interface StoreContext extends StoreOptions {
  readonly statements: Statements;
  readonly frames: SpareBuffers;
}

/** Makes the writer of batches. Does no I/O but reading its statements. */
export function createStore(pool: Pool, { writer }: StoreOptions): Store {
  const statements = { idempotent: loadQuery('store_idempotent'), conflicting: loadQuery('find_conflicting') };
  const context = { writer, statements, frames: new SpareBuffers() };

  async function storeBatch(rows: readonly StorableRow[], options: StoreBatchOptions = {}): Promise<StoreResult> {
    if (rows.length === 0) return { kind: 'stored', inserted: 0, duplicates: 0, conflicting: [], path: 'idempotent' };
    // One order for all writers: two batches with the same ids wait for each other and never deadlock.
    const sorted = rows.toSorted(byId);
    const isIdempotent = options.idempotent === true || sorted.length < SMALL_BATCH_ROWS;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await storeSorted(sorted, isIdempotent);
      } catch (error) {
        if (!isPartitionMoved(error) || attempt === PARTITION_ATTEMPTS) throw error;
      }
    }
  }

  async function storeSorted(sorted: readonly StorableRow[], isIdempotent: boolean): Promise<StoreResult> {
    return withClient(pool, async (client) => {
      if (!isIdempotent && (await copyUnlessDuplicate(client, sorted, context))) {
        return { kind: 'stored', inserted: sorted.length, duplicates: 0, conflicting: [], path: 'copy' };
      }
      return storeIdempotent(client, sorted, context);
    });
  }

  return { storeBatch };
}

/** While a partition is made, statements that had chosen DEFAULT fail: again at once, and it is found. Several may be made in a row. */
const PARTITION_ATTEMPTS = 5;

function isPartitionMoved(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'partition';
}

/** False when an id is there already, in the table or twice in the batch: then nothing was stored. */
async function copyUnlessDuplicate(
  client: PoolClient,
  rows: readonly StorableRow[],
  context: StoreContext,
): Promise<boolean> {
  try {
    await copyRows(client, rows, context);
    return true;
  } catch (error) {
    if (classifyPostgresError(error).kind === 'duplicate') return false;
    throw error;
  }
}

async function copyRows(client: PoolClient, rows: readonly StorableRow[], context: StoreContext): Promise<void> {
  const text = toStoreText(rows, context.writer);
  const frame = toCopyFrame(rows, (bytes) => context.frames.take(bytes));
  await new Promise<void>((resolve, reject) => {
    client.query(new CopyQuery(text, frame, (error) => (error === null ? resolve() : reject(error))));
  });
  // Committed, so every byte has been read. After an error some may still wait in the socket: that frame is left to it.
  context.frames.giveBack(frame);
}

/** The two-statement query: a parameterised one cannot hold two, so its four values are literals, each quoted. */
function toStoreText(rows: readonly StorableRow[], writer: string): string {
  const firstId = pg.escapeLiteral(rows.at(0)?.id ?? '');
  const lastId = pg.escapeLiteral(rows.at(-1)?.id ?? '');
  return (
    `insert into audit_batches (rows, first_id, last_id, writer) values (${rows.length}, ${firstId}, ${lastId}, ${pg.escapeLiteral(writer)}); ` +
    `copy audit_logs (${COPY_COLUMNS.join(', ')}) from stdin`
  );
}

async function storeIdempotent(
  client: PoolClient,
  rows: readonly StorableRow[],
  { writer, statements }: StoreContext,
): Promise<StoreResult> {
  const answer = (await queryOn(client, statements.idempotent, [toJsonRows(rows.map(toEventRow)), writer])).rows[0];
  const inserted = Number(answer?.['inserted'] ?? 0);
  const insertedIds = answer?.['ids'];
  const redelivered = Array.isArray(insertedIds) ? withoutFirst(rows, insertedIds) : [];
  // A crash here leaves a difference uncounted until the next redelivery; the rows are stored.
  const conflicting = redelivered.length === 0 ? [] : await findConflicting(client, redelivered, statements);
  return { kind: 'stored', inserted, duplicates: rows.length - inserted, conflicting, path: 'idempotent' };
}

async function findConflicting(
  client: PoolClient,
  rows: readonly StorableRow[],
  statements: Statements,
): Promise<readonly string[]> {
  const answer = await queryOn(client, statements.conflicting, [toJsonRows(rows.map(toEventRow))]);
  return answer.rows.map((row) => String(row['id']));
}

/** The rows that were not inserted: of several with one id the first was, if any. */
function withoutFirst(rows: readonly StorableRow[], insertedIds: readonly unknown[]): readonly StorableRow[] {
  const inserted = new Set(insertedIds);
  return rows.filter((row) => !inserted.delete(row.id.toLowerCase()));
}

function byId(a: StorableRow, b: StorableRow): number {
  return a.id < b.id ? -1 : Number(a.id > b.id);
}
