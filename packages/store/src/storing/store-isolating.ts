import type { Store, StoreBatchOptions, StoreResult } from './create-store.ts';
import { StoreError } from '../postgres/store-error.ts';
import type { StorableRow } from './transcoding/transcoded-row.ts';

/**
 * Stores a batch around the rows that Postgres refuses.
 *
 * A batch that is refused as a whole has at least one row that cannot be stored. The line that COPY names is tried first: alone, to be
 * sure that it is this row, then the rest again (3 statements for one poison row). Without a line the row is searched by halves: the half
 * that is stored is done, the other is known to hold it; what was left aside on the way is stored at the end, in one statement (at most
 * 12 for one poison row in 1000). After a few finds the batch is plainly bad: halves of halves, and row by row below 9 (about 1.4
 * statements a row for 1000 of 1000).
 *
 * Whatever is stored on the way stays stored: after an outage in the middle the same call again absorbs it as duplicates.
 */
export async function storeIsolating(
  store: Store,
  rows: readonly StorableRow[],
  options: StoreBatchOptions = {},
): Promise<IsolatedResult> {
  const isolation = new Isolation(store, options);
  await isolation.run(rows);
  return isolation.result();
}

export interface RejectedRow {
  /** Place in the rows as given. */
  readonly index: number;
  readonly id: string;
  readonly sqlstate: string | null;
  /** What the server said, without the values it quoted. */
  readonly detail: string;
}

export interface IsolatedResult {
  readonly inserted: number;
  readonly duplicates: number;
  readonly conflicting: readonly string[];
  /** In the order of the rows as given. */
  readonly rejected: readonly RejectedRow[];
  /** How often Postgres was asked. */
  readonly statements: number;
}

interface Placed {
  readonly row: StorableRow;
  readonly index: number;
}

/** Rows with the error of a refusal that one of them caused. */
interface Suspects {
  readonly rows: readonly Placed[];
  readonly error: StoreError;
}

const SINGLE_SEARCHES = 3;
const ROW_BY_ROW = 8;

/** One call's progress. */
class Isolation {
  readonly #store: Store;
  readonly #options: StoreBatchOptions;
  readonly #rejected: RejectedRow[] = [];
  readonly #conflicting: string[] = [];
  #inserted = 0;
  #duplicates = 0;
  #statements = 0;

  constructor(store: Store, options: StoreBatchOptions) {
    this.#store = store;
    this.#options = options;
  }

  result(): IsolatedResult {
    return {
      inserted: this.#inserted,
      duplicates: this.#duplicates,
      conflicting: this.#conflicting,
      rejected: this.#rejected.toSorted((a, b) => a.index - b.index),
      statements: this.#statements,
    };
  }

  async run(rows: readonly StorableRow[]): Promise<void> {
    let error = await this.#storeRows(rows);
    if (error === null) return;
    // Placed and sorted only now: nearly every batch is stored as it is.
    let rest: readonly Placed[] = rows.map((row, index) => ({ row, index })).toSorted(byId);
    for (let searches = 1; searches <= SINGLE_SEARCHES; searches += 1) {
      rest = await this.#searchOne({ rows: rest, error });
      if (searches === SINGLE_SEARCHES) break;
      error = await this.#try(rest);
      if (error === null) return;
    }
    await this.#halve(rest);
  }

  async #try(rows: readonly Placed[]): Promise<StoreError | null> {
    return this.#storeRows(rows.map(toRow));
  }

  /** Stores the rows; answers the refusal if they are refused, and throws what is not the rows' fault. */
  async #storeRows(rows: readonly StorableRow[]): Promise<StoreError | null> {
    if (rows.length === 0) return null;
    this.#statements += 1;
    try {
      this.#count(await this.#store.storeBatch(rows, this.#options));
      return null;
    } catch (error) {
      if (error instanceof StoreError && error.code === 'poison') return error;
      throw error;
    }
  }

  /** Rejects one row of the suspects; answers the rows that are still to be stored. */
  async #searchOne(suspects: Suspects): Promise<readonly Placed[]> {
    const hinted = suspects.error.line === null ? undefined : suspects.rows[suspects.error.line - 1];
    if (hinted === undefined) return this.#searchByHalves(suspects);
    const error = await this.#try([hinted]);
    if (error !== null) this.#reject(hinted, error);
    return suspects.rows.filter((placed) => placed !== hinted);
  }

  async #searchByHalves(suspects: Suspects): Promise<readonly Placed[]> {
    let { rows, error } = suspects;
    const aside: Placed[] = [];
    while (rows.length > 1) {
      const [first, second] = split(rows);
      const refusal = await this.#try(first);
      if (refusal === null) {
        rows = second;
      } else {
        rows = first;
        error = refusal;
        aside.push(...second);
      }
    }
    // All that was refused together with this row has been stored without it, so the refusal is this row's.
    const [culprit] = rows;
    if (culprit !== undefined) this.#reject(culprit, error);
    return aside;
  }

  async #halve(rows: readonly Placed[]): Promise<void> {
    const error = await this.#try(rows);
    if (error === null) return;
    const [only] = rows;
    if (rows.length === 1 && only !== undefined) {
      this.#reject(only, error);
      return;
    }
    const parts = rows.length <= ROW_BY_ROW ? rows.map((row) => [row]) : split(rows);
    for (const part of parts) await this.#halve(part);
  }

  #reject({ row, index }: Placed, error: StoreError): void {
    this.#rejected.push({ index, id: row.id, sqlstate: error.sqlstate, detail: error.detail });
  }

  #count(result: StoreResult): void {
    this.#inserted += result.inserted;
    this.#duplicates += result.duplicates;
    this.#conflicting.push(...result.conflicting);
  }
}

function split(rows: readonly Placed[]): readonly [readonly Placed[], readonly Placed[]] {
  const middle = Math.ceil(rows.length / 2);
  return [rows.slice(0, middle), rows.slice(middle)];
}

function toRow(placed: Placed): StorableRow {
  return placed.row;
}

/** The store's own order, so that the line it names is a place in these rows. */
function byId(a: Placed, b: Placed): number {
  return a.row.id < b.row.id ? -1 : Number(a.row.id > b.row.id);
}
