import { countDeadLetters, findDeadLetters, listDeadLetterIds } from '@auditlane/store';
import { DeadLettersError } from './dead-letters-error.ts';
import { reasonOf } from './letter.ts';
import type { Places } from './list-letters.ts';
import { readNewer } from './read-list.ts';

/** Which letters: some, those of one reason, or all that there are when the action begins. */
export type Selection = { readonly ids: readonly string[] } | { readonly reason: string } | { readonly all: true };

/** Ids that one action may name, and letters of the table that it takes; an action for more is repeated. */
const MAX_IDS = 10_000;
export const MAX_FROM_TABLE = 100_000;
const MAX_ID_LENGTH = 300;

/** The ids of a selection, oldest first, each once. Throws `invalid_selection`. */
export async function selectIds(places: Places, selection: Selection): Promise<readonly string[]> {
  if ('ids' in selection) return checkIds(selection.ids);
  const reason = 'reason' in selection ? checkReason(selection.reason) : null;
  const inTable = await listDeadLetterIds(places.pool, reason, MAX_FROM_TABLE);
  const inList = await listIds(places, reason);
  return [...new Set([...inTable, ...inList])];
}

/** How many letters there are, each id once. */
export async function countLetters(places: Places, reason: string | null): Promise<number> {
  checkReason(reason);
  const inList = await listIds(places, reason);
  const inTable = await countDeadLetters(places.pool, reason);
  return inTable === 0 ? inList.length : inList.length + inTable - (await findDeadLetters(places.pool, inList)).length;
}

/** The ids of the letters in Redis, oldest first, of one reason or of all. */
export async function listIds({ queue }: Pick<Places, 'queue'>, reason: string | null): Promise<readonly string[]> {
  const ids = new Set<string>();
  for await (const letter of readNewer(queue)) {
    if (reason === null || reasonOf(letter) === reason) ids.add(letter.id);
  }
  return [...ids];
}

/** The reason again, if it can be one: Postgres has no U+0000. Throws `invalid_selection`. */
export function checkReason<Reason extends string | null>(reason: Reason): Reason {
  if (reason?.includes('\0') !== true) return reason;
  throw new DeadLettersError('invalid_selection', 'A reason has no U+0000.');
}

function checkIds(ids: readonly string[]): readonly string[] {
  const isValid = ids.every((id) => id.length > 0 && id.length <= MAX_ID_LENGTH && !id.includes('\0'));
  if (ids.length > 0 && ids.length <= MAX_IDS && isValid) return [...new Set(ids)];
  throw new DeadLettersError(
    'invalid_selection',
    `Name 1 to ${MAX_IDS} ids of 1 to ${MAX_ID_LENGTH} characters, a reason, or all.`,
  );
}
