import { keepDeadLetterOriginal, type Pool } from '@auditlane/store';
import type { EditedEntry } from './edit-letter.ts';
import { findLetters } from './find-letters.ts';
import { digestOf, markOf, type Letter } from './letter.ts';
import { redriveLetters, type RedriveOutcome, type RedriveParts } from './redrive-letters.ts';
import type { Portion } from './run-action.ts';

export interface EditedParts extends Omit<RedriveParts, 'toEntry'> {
  readonly pool: Pool;
}

/** A letter as the operator saw it, and what it shall become. */
export interface EditedLetter {
  readonly letter: Letter;
  readonly edited: EditedEntry;
  readonly editedBy: string;
}

/**
 * Puts one letter back as another entry, keeping the original, which names whose edit went out: the letter is looked at
 * again, the original is kept (committed before the push, since a crash after it must not leave an edited event without
 * one), the entry is pushed, and when the lane is full the original is forgotten. A crash before the push leaves an
 * original of an edit that did not go out: the next edit takes its place, and `show` leaves it out until then.
 */
export async function redriveEdited(
  parts: EditedParts,
  { letter, edited, editedBy }: EditedLetter,
): Promise<Portion<RedriveOutcome>> {
  const { queue, pool, lock } = parts;
  const { id, line } = letter;
  const found = (await findLetters(queue, lock.find, [id])).get(id);
  // A letter that was parked anew meanwhile is not the one that was edited.
  if (found === undefined || !found.line.equals(line)) return { done: [{ id, outcome: 'absent' }] };
  const original = { id, digest: digestOf(line), line, entryId: edited.id, editedBy };
  // Pushed before, and its row not deleted: the original is of that edit.
  const isPushed = (await queue.redrives([edited.id])).get(edited.id)?.mark === markOf(letter);
  if (!isPushed) await keepDeadLetterOriginal(pool, original);
  const toEntry = () => ({ kind: 'entry', entry: edited.line, entryId: edited.id }) as const;
  const portion = await redriveLetters({ ...parts, toEntry }, [id]);
  if (portion.done.some(({ outcome }) => outcome === 'full')) await lock.forgetOriginals([original]);
  return portion;
}
