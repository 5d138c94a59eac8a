import type { Queue } from '@auditlane/queue';
import type { DeadLetterLock } from '@auditlane/store';
import { findLetters } from './find-letters.ts';
import { digestOf, firstAtOf, markOf, type Letter } from './letter.ts';
import { rowsOf } from './rows-of.ts';
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
  readonly toEntry?: (letter: Letter) => Redrivable;
}

/**
 * Puts letters back into the main lane, in the order of their ids. A letter of the list goes in one step. One of the table
 * is pushed first and deleted after: a crash in between leaves it in both. Then a repetition finds in Redis that it was
 * pushed, and deletes the row; or maintenance does, once the event is stored, because the row was marked before.
 */
export async function redriveLetters(parts: RedriveParts, ids: readonly string[]): Promise<Portion<RedriveOutcome>> {
  const { queue, lock } = parts;
  const letters = await findLetters(queue, lock.find, ids);
  // Sent at once and run in this order, on one connection.
  const settled = await Promise.allSettled(ids.map((id) => redriveOne(parts, letters.get(id))));
  const answers = settled.map((answer) => (answer.status === 'fulfilled' ? answer.value : 'failed'));
  const gone = toLetters(letters, ids, (index) => answers[index] === 'redriven' || answers[index] === 'repeated');
  if (gone.length > 0) await lock.remove(await rowsOf(lock, gone));
  if (parts.toEntry === undefined) {
    const redriven = toLetters(letters, ids, (index) => answers[index] === 'redriven');
    // They went out as they were.
    await lock.forgetOriginals(redriven.map(({ id, line }) => ({ id, digest: digestOf(line) })));
  }
  // What went out before is gone, whoever did it and however that ended.
  const done = ids.map((id, index): Done<RedriveOutcome> => {
    const answer = answers[index] ?? 'failed';
    return { id, outcome: answer === 'repeated' ? 'absent' : answer };
  });
  const failure = settled.find((answer) => answer.status === 'rejected');
  return {
    done,
    isLast: done.some(({ outcome }) => outcome === 'full'),
    ...(failure === undefined ? {} : { error: toError(failure.reason) }),
  };
}

function toLetters(
  letters: ReadonlyMap<string, Letter>,
  ids: readonly string[],
  isWanted: (index: number) => boolean,
): readonly Letter[] {
  return ids.flatMap((id, index) => (isWanted(index) ? (letters.get(id) ?? []) : []));
}

async function redriveOne(parts: RedriveParts, letter: Letter | undefined): Promise<RedriveOutcome | 'repeated'> {
  if (letter === undefined) return 'absent';
  const redrivable = (parts.toEntry ?? toEntry)(letter);
  if (redrivable.kind !== 'entry') return redrivable.kind;
  const firstAt = firstAtOf(letter);
  return parts.queue.redrive({
    id: letter.id,
    line: letter.place === 'list' ? letter.line : null,
    entry: redrivable.entry,
    entryId: redrivable.entryId,
    lane: 'main',
    capacity: parts.capacity,
    mark: markOf(letter),
    ...(firstAt === null ? {} : { firstMs: firstAt.getTime() }),
  });
}
