import { findEvents, listDeadLetterOriginals, type Pool } from '@auditlane/store';
import { toDetails, type LetterDetails } from './describe-letter.ts';
import { readLetter } from './letter.ts';

/** A letter that went out as another entry, as it was before its last edit. */
export interface EditedLetterDetails extends Omit<LetterDetails, 'place'> {
  readonly place: 'originals';
  /** The event that the last edit made of it. */
  readonly eventId: string;
  /** Whether that event is a row; if not, it waits in the queue, was parked again, or was purged. */
  readonly isStored: boolean;
}

/** What is kept of a letter that was edited, by its id or that of its event; null when no edit of it is kept. */
export async function showEdited(pool: Pool, id: string): Promise<EditedLetterDetails | null> {
  if (id.includes('\0')) return null;
  const edits = await listDeadLetterOriginals(pool, id);
  const [last] = edits;
  if (last === undefined) return null;
  const stored = await findEvents(pool, [last.entryId]);
  const originals = edits.map(({ line, editedBy, editedAt }) => ({
    line: line.toString(),
    actor: editedBy,
    at: editedAt,
  }));
  return {
    ...toDetails(readLetter(last.line, 'table', last.id), originals),
    place: 'originals',
    eventId: last.entryId,
    isStored: stored.length > 0,
  };
}
