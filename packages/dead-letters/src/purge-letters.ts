import { toEntryNumber, type Queue } from '@auditlane/queue';
import type { DeadLetterLock, ProducerNumbers } from '@auditlane/store';
import { findLetters } from './find-letters.ts';
import { inPieces } from './in-pieces.ts';
import { digestOf, rawOf, reasonOf, type Letter } from './letter.ts';
import { rowsOf } from './rows-of.ts';
import type { Portion } from './run-action.ts';

export type PurgeOutcome = 'purged' | 'absent';

/** Deletes letters for good, from the list and from the table. Repeated after a crash it finds what is left. */
export async function purgeLetters(
  { queue, lock }: { readonly queue: Queue; readonly lock: DeadLetterLock },
  ids: readonly string[],
): Promise<Portion<PurgeOutcome>> {
  const letters = await findLetters(queue, lock.find, ids);
  const listed = ids.flatMap((id) => {
    const letter = letters.get(id);
    return letter?.place === 'list' ? [letter] : [];
  });
  const fromTable = await lock.remove(await rowsOf(lock, [...letters.values()]));
  // Last, because the deletion of rows is undone when this fails, and this is not.
  const isRemoved: boolean[] = [];
  for (const piece of inPieces(listed)) isRemoved.push(...(await queue.remove(piece)));
  const fromList = listed.filter((_, index) => isRemoved[index] === true).map(({ id }) => id);
  const purged = new Set([...fromTable, ...fromList]);
  if (purged.size > 0) await queue.addStats({ dead_purged: purged.size });
  await queue.forgetRedrives([...purged]);
  return { done: ids.map((id) => ({ id, outcome: purged.has(id) ? 'purged' : 'absent' })) };
}

/** What the event of a purge keeps of each letter, since nothing else will. */
export function describeBeforePurge(letters: readonly Letter[]): Readonly<Record<string, unknown>> {
  const before = letters.map((letter) => ({
    id: letter.id,
    reason: reasonOf(letter),
    sqlstate: letter.content?.sqlstate ?? null,
    attempts: letter.content?.attempts ?? 0,
    first_at: letter.content?.first_at ?? null,
    last_at: letter.content?.last_at ?? null,
    sha256: digestOf(letter.line),
  }));
  return { before, after: null };
}

/** The producers' numbers of the entries in letters, as far as they have one. */
export function numbersOf(letters: readonly Letter[]): readonly ProducerNumbers[] {
  return letters.flatMap((letter) => {
    const entry = letter.content === null ? null : toEntryNumber(rawOf(letter).toString());
    return entry === null ? [] : [{ producerId: entry.producerId, first: entry.number, last: entry.number }];
  });
}
