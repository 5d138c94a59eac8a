import type { Queue } from '@auditlane/queue';
import type { DeadLetterLock } from '@auditlane/store';
import { findLetters, type FindInTable } from './find-letters.ts';
import { digestOf, reasonOf } from './letter.ts';
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
  const fromTable = await lock.remove(ids);
  // Last, because the deletion of rows is undone when this fails, and this is not.
  const isRemoved = await queue.remove(listed);
  const fromList = listed.filter((_, index) => isRemoved[index] === true).map(({ id }) => id);
  const purged = new Set([...fromTable, ...fromList]);
  if (purged.size > 0) await queue.addStats({ dead_purged: purged.size });
  await queue.forgetRedrives([...purged]);
  return { done: ids.map((id) => ({ id, outcome: purged.has(id) ? 'purged' : 'absent' })) };
}

/** What the event of a purge keeps of each letter, since nothing else will. */
export async function describeBeforePurge(
  queue: Queue,
  findInTable: FindInTable,
  ids: readonly string[],
): Promise<Readonly<Record<string, unknown>>> {
  const letters = await findLetters(queue, findInTable, ids);
  const before = [...letters.values()].map((letter) => ({
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
