import type { Queue } from '@auditlane/queue';
import type { DeadLetterLock } from '@auditlane/store';
import { findLetters } from './find-letters.ts';
import type { Letter } from './letter.ts';
import { toError, type Done, type Portion } from './run-action.ts';
import { toEntry, type Redrivable } from './to-entry.ts';

/**
 * `absent`: no such letter, as after a redrive. `full`: the main lane is, and the letter stays. `truncated`: only a part
 * of the entry was kept. `unreadable`: the line is no letter.
 */
export const REDRIVE_OUTCOMES = ['redriven', 'absent', 'full', 'truncated', 'unreadable'] as const;
export type RedriveOutcome = (typeof REDRIVE_OUTCOMES)[number];

export interface RedriveParts {
  readonly queue: Queue;
  readonly lock: DeadLetterLock;
  /** Entries that the main lane may hold. */
  readonly capacity: number;
  /** Makes the entry of a letter. Default: the one that it was parked with. */
  readonly toEntry?: (letter: Letter) => Redrivable | { readonly kind: 'absent' };
}

/**
 * Puts letters back into the main lane, in the order of their ids. A letter of the list goes in one step. One of the table
 * is pushed first and deleted after: a crash in between leaves it in both, the store absorbs what is redriven twice, and
 * maintenance deletes the row of an event that is stored, because it was marked before.
 */
export async function redriveLetters(parts: RedriveParts, ids: readonly string[]): Promise<Portion<RedriveOutcome>> {
  const { queue, lock } = parts;
  const letters = await findLetters(queue, lock.find, ids);
  // Sent at once and run in this order, on one connection.
  const settled = await Promise.allSettled(ids.map((id) => redriveOne(parts, letters.get(id))));
  const done = ids.map((id, index): Done<RedriveOutcome> => {
    const answer = settled[index];
    return { id, outcome: answer?.status === 'fulfilled' ? answer.value : 'failed' };
  });
  const redriven = done.filter(({ outcome }) => outcome === 'redriven').map(({ id }) => id);
  // A letter of the list may have a copy in the table, of a move that was cut short.
  if (redriven.length > 0) await lock.remove(redriven);
  const failure = settled.find((answer) => answer.status === 'rejected');
  return {
    done,
    isLast: done.some(({ outcome }) => outcome === 'full'),
    ...(failure === undefined ? {} : { error: toError(failure.reason) }),
  };
}

async function redriveOne(parts: RedriveParts, letter: Letter | undefined): Promise<RedriveOutcome> {
  if (letter === undefined) return 'absent';
  const redrivable = (parts.toEntry ?? toEntry)(letter);
  if (redrivable.kind !== 'entry') return redrivable.kind;
  return parts.queue.redrive({
    id: letter.id,
    line: letter.place === 'list' ? letter.line : null,
    entry: redrivable.entry,
    entryId: redrivable.entryId,
    lane: 'main',
    capacity: parts.capacity,
  });
}
