import type { Pool, PoolClient } from 'pg';

import { toStoreError } from '../postgres/classify-postgres-error.ts';
import { loadQuery } from '../load-query.ts';
import { type ResultRow, readDate, readNumber, readString } from '../postgres/read-row.ts';
import { StoreError } from '../postgres/store-error.ts';
import { queryOn, runQuery, withClient } from '../postgres/with-client.ts';

/** A dead letter on its way into the table. */
export interface KeptDeadLetter {
  readonly id: string;
  /** As it was in the list, byte for byte. */
  readonly line: Buffer;
  readonly reason: string;
  /** When it was parked. */
  readonly lastAt: Date;
  /** Id of the event that a redrive makes of it; null when it cannot be redriven. */
  readonly entryId: string | null;
}

/** A dead letter of the table. */
export interface StoredDeadLetter {
  readonly id: string;
  readonly line: Buffer;
  readonly lastAt: Date;
}

/** What a letter was before it was edited. */
export interface DeadLetterOriginal {
  readonly id: string;
  /** Id of the event that the edit made of it. */
  readonly entryId: string;
  readonly line: Buffer;
  readonly editedBy: string;
  readonly editedAt: Date;
}

/** Where a page of the table begins: after this letter. */
export interface DeadLetterPosition {
  readonly lastAt: Date;
  readonly id: string;
}

export interface ListDeadLettersOptions {
  readonly reason: string | null;
  /** Null begins with the newest. */
  readonly after: DeadLetterPosition | null;
  readonly limit: number;
  /** Bytes of lines after which a page ends, though never before its first letter. */
  readonly maxBytes: number;
}

/** What may be done while no other process acts on dead letters. */
export interface DeadLetterLock {
  /** The letters of these ids that are in the table, in any order. */
  readonly find: (ids: readonly string[]) => Promise<readonly StoredDeadLetter[]>;
  /** Deletes letters of the table when the lock is given back, and answers which were there; undone when `use` throws. */
  readonly remove: (ids: readonly string[]) => Promise<readonly string[]>;
  /** Forgets edits of these letters that did not go out, when the lock is given back. */
  readonly forgetOriginals: (letters: readonly Pick<EditedDeadLetter, 'id' | 'digest'>[]) => Promise<void>;
  /** Throws a StoreError when the lock was lost with its connection. */
  readonly check: () => Promise<void>;
}

/**
 * Runs `use` while no other process does the same: moving, redriving and purging exclude each other, so that a letter
 * never goes two ways. Needs one connection. Throws a StoreError `outage` (55P03) when others took longer than the lock
 * timeout; `use` must settle within seconds, since the server ends transactions that idle.
 */
export async function withDeadLetterLock<T>(pool: Pool, use: (lock: DeadLetterLock) => Promise<T>): Promise<T> {
  const used = await withClient(pool, async (client) => {
    await client.query('begin');
    await queryOn(client, loadQuery('lock_dead_letters'));
    const outcome = await settle(use(toLock(client)));
    // A crash before this line keeps the rows: a letter that was pushed is marked, and found by forgetStoredDeadLetters.
    await client.query(outcome.kind === 'done' ? 'commit' : 'rollback');
    return outcome;
  });
  if (used.kind === 'failed') throw used.error;
  return used.result;
}

type Settled<T> = { readonly kind: 'done'; readonly result: T } | { readonly kind: 'failed'; readonly error: Error };

/** What fails under the lock may be no error of Postgres, and stays what it is. */
async function settle<T>(used: Promise<T>): Promise<Settled<T>> {
  try {
    return { kind: 'done', result: await used };
  } catch (error) {
    return { kind: 'failed', error: error instanceof Error ? error : toStoreError(error) };
  }
}

function toLock(client: PoolClient): DeadLetterLock {
  const query = async (name: string, values: readonly unknown[]): Promise<readonly ResultRow[]> => {
    try {
      return (await queryOn(client, loadQuery(name), values)).rows;
    } catch (error) {
      throw toStoreError(error);
    }
  };
  return {
    find: async (ids) => (await query('find_dead_letters', [ids])).map(toLetter),
    remove: async (ids) => (await query('delete_dead_letters', [ids])).map((row) => readString(row, 'id')),
    forgetOriginals: async (letters) => {
      const values = [letters.map(({ id }) => id), letters.map(({ digest }) => digest)];
      if (letters.length > 0) await query('forget_dead_letter_originals', values);
    },
    check: async () => void (await query('find_dead_letters', [[]])),
  };
}

/** Puts letters into the table; resolves after the commit. Repeating it changes nothing. */
export async function keepDeadLetters(pool: Pool, letters: readonly KeptDeadLetter[]): Promise<void> {
  await runQuery(pool, 'keep_dead_letters', toColumns(letters));
}

/**
 * Puts letters into the table that the list in Redis has lost, with the rights of `audit_writer`; answers how many. One
 * that is there already, or whose event is stored, is left out, so that repeating it changes nothing.
 */
export async function keepLostDeadLetters(pool: Pool, letters: readonly KeptDeadLetter[]): Promise<number> {
  const { rowCount } = await runQuery(pool, 'keep_lost_dead_letters', toColumns(letters));
  return rowCount ?? 0;
}

function toColumns(letters: readonly KeptDeadLetter[]): readonly unknown[] {
  return [
    letters.map(({ id }) => id),
    letters.map(({ line }) => line),
    letters.map(({ reason }) => reason),
    letters.map(({ lastAt }) => lastAt),
    letters.map(({ entryId }) => entryId),
  ];
}

/** A page of the table, newest first. */
export async function listDeadLetters(
  pool: Pool,
  { reason, after, limit, maxBytes }: ListDeadLettersOptions,
): Promise<readonly StoredDeadLetter[]> {
  const values = [reason, after?.lastAt ?? null, after?.id ?? null, limit, maxBytes];
  return (await runQuery(pool, 'list_dead_letters', values)).rows.map(toLetter);
}

/** Ids of letters in the table, oldest first, `limit` at most. */
export async function listDeadLetterIds(pool: Pool, reason: string | null, limit: number): Promise<readonly string[]> {
  return (await runQuery(pool, 'list_dead_letter_ids', [reason, limit])).rows.map((row) => readString(row, 'id'));
}

/** The letters of these ids that are in the table, in any order. */
export async function findDeadLetters(pool: Pool, ids: readonly string[]): Promise<readonly StoredDeadLetter[]> {
  return ids.length === 0 ? [] : (await runQuery(pool, 'find_dead_letters', [ids])).rows.map(toLetter);
}

/** How many letters are in the table. */
export async function countDeadLetters(pool: Pool, reason: string | null = null): Promise<number> {
  return readNumber((await runQuery(pool, 'count_dead_letters', [reason])).rows[0], 'letters');
}

/** Notes that a redrive of these letters begins; to be called before anything is pushed. */
export async function markDeadLettersRedriven(pool: Pool, ids: readonly string[]): Promise<void> {
  await runQuery(pool, 'mark_dead_letters_redriven', [ids]);
}

/** Which of these events, UUIDs, are rows of the log; a dead letter is none. */
export async function findEvents(pool: Pool, ids: readonly string[]): Promise<readonly string[]> {
  return ids.length === 0 ? [] : (await runQuery(pool, 'find_events', [ids])).rows.map((row) => readString(row, 'id'));
}

/** Deletes letters, 1000 at most, whose redrive was cut short and whose event is stored; answers how many. */
export async function forgetStoredDeadLetters(pool: Pool): Promise<number> {
  return (await runQuery(pool, 'delete_stored_dead_letters', [1000])).rowCount ?? 0;
}

export interface EditedDeadLetter {
  readonly id: string;
  readonly line: Buffer;
  /** SHA-256 of the line, hex. */
  readonly digest: string;
  readonly entryId: string;
  readonly editedBy: string;
}

/** Keeps a letter as it is before an edit; repeating it changes who edits it and when. */
export async function keepDeadLetterOriginal(pool: Pool, letter: EditedDeadLetter): Promise<void> {
  const { id, digest, line, entryId, editedBy } = letter;
  await runQuery(pool, 'keep_dead_letter_original', [id, digest, line, entryId, editedBy]);
}

/** What a letter, or the event that came of it, was before its edits; newest edit first, 100 at most. */
export async function listDeadLetterOriginals(pool: Pool, id: string): Promise<readonly DeadLetterOriginal[]> {
  return (await runQuery(pool, 'list_dead_letter_originals', [id])).rows.map((row) => ({
    id: readString(row, 'id'),
    entryId: readString(row, 'entry_id'),
    line: readBytes(row, 'line'),
    editedBy: readString(row, 'edited_by'),
    editedAt: readDate(row, 'edited_at'),
  }));
}

function toLetter(row: ResultRow): StoredDeadLetter {
  return { id: readString(row, 'id'), line: readBytes(row, 'line'), lastAt: readDate(row, 'last_at') };
}

function readBytes(row: ResultRow, column: string): Buffer {
  const value = row[column];
  if (Buffer.isBuffer(value)) return value;
  throw new StoreError('deploy', `the column ${column} of an answer holds no bytes; do schema and release match?`);
}
