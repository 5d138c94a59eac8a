import type { DeadLetters, Selection } from '@auditlane/dead-letters';
import { CliError } from '../command-line/cli-error.ts';

type Resolver = Pick<DeadLetters, 'resolve'>;

/**
 * The letter that was typed, by its id or the beginning of it; where no letter has it, the text itself: what became of that letter may
 * be known. Throws CliError `failed` when several begin so.
 */
export async function findIdOrTyped(letters: Resolver, typed: string): Promise<string> {
  return toOnly(typed, (await letters.resolve([typed])).get(typed) ?? []) ?? typed;
}

/**
 * A selection with whole ids. An id without a letter stays, since the letter may have been redriven before; where none has
 * one, or the beginning of an id fits several, throws CliError `failed`, and nothing is done.
 */
export async function findSelected(letters: Resolver, selection: Selection): Promise<Selection> {
  if (!('ids' in selection)) return selection;
  const found = [...(await letters.resolve(selection.ids))].map(([typed, ids]) => ({ typed, id: toOnly(typed, ids) }));
  if (found.every(({ id }) => id === null)) throw toAbsentError(selection.ids);
  return { ids: found.map(({ typed, id }) => id ?? typed) };
}

/** What all commands say of an id that no letter has. */
export function toAbsentError(typed: readonly string[]): CliError {
  const ids = typed.length === 1 ? `the id ${typed[0] ?? ''}` : `one of these ${typed.length} ids`;
  return new CliError('failed', `no dead letter has ${ids}: npx auditlane failed list`);
}

function toOnly(typed: string, ids: readonly string[]): string | null {
  if (ids.length > 1)
    throw new CliError('failed', `${ids.length} dead letters have ids that begin with ${typed}: type more of the id`);
  return ids[0] ?? null;
}
