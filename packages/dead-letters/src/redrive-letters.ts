import type { Queue } from '@auditlane/queue';
import type { DeadLetterLock } from '@auditlane/store';
import { findLetters } from './find-letters.ts';
import { inPieces } from './in-pieces.ts';
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
  const found = ids.flatMap((id) => letters.get(id) ?? []);
  const { answers, error } = await redriveAll(parts, found);
  const gone = found.filter(({ id }) => answers.get(id) === 'redriven' || answers.get(id) === 'repeated');
  if (gone.length > 0) await lock.remove(await rowsOf(lock, gone));
  if (parts.toEntry === undefined) {
    const redriven = gone.filter(({ id }) => answers.get(id) === 'redriven');
    // They went out as they were.
    await lock.forgetOriginals(redriven.map(({ id, line }) => ({ id, digest: digestOf(line) })));
  }
  const done = ids.map((id): Done<RedriveOutcome> => {
    const answer = letters.has(id) ? (answers.get(id) ?? 'failed') : 'absent';
    // What went out before is gone, whoever did it and however that ended.
    return { id, outcome: answer === 'repeated' ? 'absent' : answer };
  });
  return { done, isLast: done.some(({ outcome }) => outcome === 'full'), ...(error !== null && { error }) };
}

type Answer = RedriveOutcome | 'repeated';

/** What Redis answered, by id; without those that failed, and those after. */
async function redriveAll(
  parts: RedriveParts,
  letters: readonly Letter[],
): Promise<{ readonly answers: ReadonlyMap<string, Answer>; readonly error: Error | null }> {
  const answers = new Map<string, Answer>();
  for (const piece of inPieces(letters)) {
    // Sent at once and run in this order, on one connection.
    const settled = await Promise.allSettled(piece.map((letter) => redriveOne(parts, letter)));
    for (const [index, answer] of settled.entries()) {
      if (answer.status === 'fulfilled') answers.set(piece[index]?.id ?? '', answer.value);
    }
    const failure = settled.find((answer) => answer.status === 'rejected');
    if (failure !== undefined) return { answers, error: toError(failure.reason) };
  }
  return { answers, error: null };
}

async function redriveOne(parts: RedriveParts, letter: Letter): Promise<Answer> {
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
