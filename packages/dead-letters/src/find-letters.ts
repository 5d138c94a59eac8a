import type { Queue } from '@auditlane/queue';
import type { StoredDeadLetter } from '@auditlane/store';
import { readLetter, type Letter } from './letter.ts';
import { readNewer } from './read-list.ts';

/** Letters of the table by id. */
export type FindInTable = (ids: readonly string[]) => Promise<readonly StoredDeadLetter[]>;

/**
 * The letters of these ids that there are. The list is read from its oldest end until all that are in it are found; ids
 * that nobody knows cost one reading of all of it.
 */
export async function findLetters(
  queue: Queue,
  findInTable: FindInTable,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Letter>> {
  const parked = await queue.parked(ids);
  const found = new Map<string, Letter>();
  await scan(queue, new Set(ids.filter((id) => parked.has(id))), found);
  const others = ids.filter((id) => !found.has(id));
  for (const { id, line } of await findInTable(others)) found.set(id, readLetter(line, 'table', id));
  // Not among the ids of the list: lines that others pushed, and letters whose id somebody deleted there.
  await scan(queue, new Set(others.filter((id) => !found.has(id) && !parked.has(id))), found);
  return found;
}

async function scan(queue: Queue, wanted: Set<string>, found: Map<string, Letter>): Promise<void> {
  if (wanted.size === 0) return;
  for await (const letter of readNewer(queue)) {
    if (!wanted.delete(letter.id)) continue;
    found.set(letter.id, letter);
    if (wanted.size === 0) return;
  }
}
