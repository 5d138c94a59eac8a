import type { Selection } from '@auditlane/dead-letters';
import { DEAD_LETTER_REASONS } from '@auditlane/schema';
import * as z from 'zod';
import { CliError } from '../command-line/cli-error.ts';
import type { ArgumentSpec, OptionSpec } from '../command-line/command.ts';
import { flag, text } from '../command-line/value-kinds.ts';

const REASONS = [...DEAD_LETTER_REASONS, 'unreadable'] as const;

/** A reason that this release knows: of a misspelt one there is no letter, which would look as if all were well. */
export function reason() {
  return z.enum(REASONS, `must be one of ${REASONS.join(', ')}`);
}

/** The input of commands that act on some letters, on those of one reason, or on all. */
export const selectionInput = {
  ids: z.array(text(300)).default([]),
  reason: reason().optional(),
  all: flag(),
} as const;

export const SELECTION_ARGUMENTS: readonly ArgumentSpec[] = [
  {
    name: 'ids',
    description: 'Ids, as failed list shows them; the first 8 characters or more of one will do.',
    isOptional: true,
    isMany: true,
  },
];

export const SELECTION_OPTIONS = {
  reason: { value: 'word', description: 'Those of one reason, instead of ids.' },
  all: { description: 'All of them, instead of ids.' },
} as const satisfies Readonly<Record<string, OptionSpec>>;

interface SelectionInput {
  readonly ids: readonly string[];
  readonly reason?: string | undefined;
  readonly all: boolean;
}

/** Exactly one of the three ways to say which letters. Throws CliError `usage`. */
export function toSelection({ ids, reason: word, all }: SelectionInput): Selection {
  const ways = [ids.length > 0, word !== undefined, all].filter(Boolean).length;
  if (ways !== 1)
    throw new CliError('usage', 'say which dead letters: ids, or --reason <word>, or --all; one of the three');
  if (ids.length > 0) return { ids };
  return word === undefined ? { all: true } : { reason: word };
}

/** The selection in words. */
export function describeSelection(selection: Selection): string {
  if ('ids' in selection)
    return selection.ids.length === 1
      ? `the dead letter ${selection.ids[0] ?? ''}`
      : `${selection.ids.length} dead letters`;
  return 'reason' in selection ? `the dead letters of reason ${selection.reason}` : 'all dead letters';
}
