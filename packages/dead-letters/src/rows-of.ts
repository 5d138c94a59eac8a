import type { DeadLetterLock } from '@auditlane/store';
import { rawOf, readLetter, type Letter } from './letter.ts';

/**
 * The rows that go with these letters: they themselves, or copies of letters of the list, which a move that was cut short
 * has left. Another entry under the id of a letter of the list is another letter, which nobody has seen, and stays.
 */
export async function rowsOf(
  lock: Pick<DeadLetterLock, 'find'>,
  letters: readonly Letter[],
): Promise<readonly string[]> {
  const listed = letters.filter(({ place }) => place === 'list');
  const raws = new Map(listed.map((letter) => [letter.id, rawOf(letter)]));
  const copies = listed.length === 0 ? [] : await lock.find([...raws.keys()]);
  return [
    ...letters.filter(({ place }) => place === 'table').map(({ id }) => id),
    ...copies.filter(({ id, line }) => raws.get(id)?.equals(rawOf(readLetter(line, 'table', id)))).map(({ id }) => id),
  ];
}
