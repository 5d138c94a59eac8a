import type { Queue } from '@auditlane/queue';
import { countDeadLetters, listDeadLetterOriginals, type Pool } from '@auditlane/store';
import { edit, findOne, purge, redrive, type ActionContext, type EditAnswer, type PurgeSelection } from './actions.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { DeadLettersError } from './dead-letters-error.ts';
import { toDetails, type LetterDetails, type LetterSummary } from './describe-letter.ts';
import { readPage } from './list-letters.ts';
import type { Actor } from './operator-event.ts';
import type { PurgeOutcome } from './purge-letters.ts';
import type { RedriveOutcome } from './redrive-letters.ts';
import { resolveIds } from './resolve-ids.ts';
import type { ActionResult, RecordEvent } from './run-action.ts';
import { checkReason, countLetters, type Selection } from './select-letters.ts';
import { showEdited, type EditedLetterDetails } from './show-edited.ts';

export interface DeadLettersParts {
  readonly queue: Queue;
  /** With the rights of the owner of the tables, and two connections or more. */
  readonly pool: Pool;
  readonly record: RecordEvent;
  /** Entries that the main lane may hold. */
  readonly capacity: number;
  /** Default `Date.now`. */
  readonly clock?: () => number;
}

export interface ListOptions {
  /** 1 to 1000. Default 50. */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly cursor?: string;
  readonly reason?: string;
}

export interface LetterList {
  readonly letters: readonly LetterSummary[];
  /** Cursor of the next page; null at the end. */
  readonly next: string | null;
  /** Letters in the list in Redis and in the table, whatever the filter. */
  readonly inList: number;
  readonly inTable: number;
}

/** Dead letters as operators see them: those of the list and of the table, each id once. */
export interface DeadLetters {
  /** A page, newest first. Throws `invalid_cursor`. */
  list(options?: ListOptions): Promise<LetterList>;
  /** Everything about one letter; null when there is none of this id. */
  show(id: string): Promise<LetterDetails | null>;
  /** A letter that is gone because it was edited, with the original and what came of it; null when no edit of it is kept. */
  showEdited(id: string): Promise<EditedLetterDetails | null>;
  /** The ids that each text stands for: an id, or the beginning of some, from 8 characters on. */
  resolve(typed: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** How many there are, of one reason or of all. */
  count(options?: { readonly reason?: string }): Promise<number>;
  /** Puts letters back into the main lane, oldest first, until it is full. Idempotent. */
  redrive(selection: Selection, actor: Actor): Promise<ActionResult<RedriveOutcome>>;
  /** Puts a letter back as another entry; the original is kept. Throws `absent`, `invalid_entry`. */
  edit(id: string, entry: Readonly<Record<string, unknown>>, actor: Actor): Promise<EditAnswer>;
  /** Deletes letters for good. Idempotent with ids. Throws `count_mismatch`. */
  purge(selection: PurgeSelection, actor: Actor): Promise<ActionResult<PurgeOutcome>>;
}

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1000;

/** Binds the operations to a queue and its database. No I/O. All of them reject with the errors of queue and store, too. */
export function createDeadLetters(parts: DeadLettersParts): DeadLetters {
  const { clock = Date.now } = parts;
  const inTurn = createTurns();
  const as = (actor: Actor): ActionContext => ({ ...parts, actor });
  return {
    list: (options = {}) => list(parts, options),
    show: (id) => show(parts, id),
    showEdited: (id) => showEdited(parts.pool, id),
    resolve: (typed) => resolveIds(parts, typed),
    count: ({ reason } = {}) => countLetters(parts, reason ?? null),
    redrive: (selection, actor) => inTurn(() => redrive(as(actor), selection)),
    edit: (id, entry, actor) => inTurn(() => edit(as(actor), { id, entry, atMs: clock() })),
    purge: (selection, actor) => inTurn(() => purge(as(actor), selection)),
  };
}

/** One action at a time in this process: others would only wait for the lock, each holding a connection of the pool. */
function createTurns() {
  let last: Promise<unknown> = Promise.resolve();
  return async <T>(act: () => Promise<T>): Promise<T> => {
    const turn = last.then(act);
    last = turn.catch(() => undefined);
    return turn;
  };
}

async function list(parts: DeadLettersParts, options: ListOptions): Promise<LetterList> {
  const { queue, pool } = parts;
  const { cursor, reason = null, limit = DEFAULT_LIMIT } = options;
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new DeadLettersError('invalid_selection', `A page has 1 to ${MAX_LIMIT} letters.`);
  }
  checkReason(reason);
  const { failed, incarnation } = await queue.inspect();
  // Known to every process of this queue and to none of its callers; another data set has other letters anyway.
  const secret = incarnation ?? '';
  const after = cursor === undefined ? null : readCursor(cursor, { secret, reason });
  const page = await readPage(parts, { reason, limit, after });
  return {
    letters: page.letters,
    next: page.next === null ? null : writeCursor(page.next, secret),
    inList: failed,
    inTable: await countDeadLetters(pool),
  };
}

async function show(parts: DeadLettersParts, id: string): Promise<LetterDetails | null> {
  const letter = await findOne(parts, id);
  if (letter === null) return null;
  const originals = await listDeadLetterOriginals(parts.pool, id);
  return toDetails(
    letter,
    // An edit of the letter as it still is has not gone out.
    originals
      .filter(({ line }) => !line.equals(letter.line))
      .map(({ line, editedBy, editedAt }) => ({ line: line.toString(), actor: editedBy, at: editedAt })),
  );
}
