import type { Queue } from '@auditlane/queue';
import {
  accountForNumbers,
  findDeadLetters,
  listDeadLetterOriginals,
  markDeadLettersRedriven,
  type Pool,
} from '@auditlane/store';
import { DeadLettersError } from './dead-letters-error.ts';
import { entryOf } from './describe-letter.ts';
import { toEditedEntry } from './edit-letter.ts';
import { findLetters } from './find-letters.ts';
import { digestOf, type Letter } from './letter.ts';
import type { Actor } from './operator-event.ts';
import { describeBeforePurge, numbersOf, purgeLetters, type PurgeOutcome } from './purge-letters.ts';
import { redriveEdited } from './redrive-edited.ts';
import { REDRIVE_OUTCOMES, redriveLetters, type RedriveOutcome } from './redrive-letters.ts';
import { runAction, type ActionResult, type RecordEvent } from './run-action.ts';
import { countLetters, selectIds, type Selection } from './select-letters.ts';

export interface ActionContext {
  readonly queue: Queue;
  readonly pool: Pool;
  readonly record: RecordEvent;
  readonly capacity: number;
  readonly actor: Actor;
}

/** Letters to delete for good. Without ids, `expected` must be how many there are, as `count` tells. */
export type PurgeSelection =
  | { readonly ids: readonly string[] }
  | { readonly reason: string; readonly expected: number }
  | { readonly all: true; readonly expected: number };

export interface EditAnswer {
  readonly action: string;
  readonly outcome: RedriveOutcome;
  /** The event that the letter becomes. */
  readonly eventId: string;
}

const NOTHING_REDRIVEN = { redriven: 0, absent: 0, full: 0, truncated: 0, unreadable: 0 } as const;
const NOTHING_PURGED = { purged: 0, absent: 0 } as const;

/** See `DeadLetters.redrive`. */
export async function redrive(context: ActionContext, selection: Selection): Promise<ActionResult<RedriveOutcome>> {
  const { queue, pool, capacity, actor } = context;
  return runAction<RedriveOutcome>(context, {
    verb: 'redriven',
    actor,
    ids: await selectIds(context, selection),
    none: NOTHING_REDRIVEN,
    rest: 'full',
    prepare: async (ids) => {
      await markDeadLettersRedriven(pool, ids);
      return {};
    },
    act: (ids, lock) => redriveLetters({ queue, lock, capacity }, ids),
  });
}

/** See `DeadLetters.purge`. */
export async function purge(context: ActionContext, selection: PurgeSelection): Promise<ActionResult<PurgeOutcome>> {
  const { queue, pool, actor } = context;
  const ids = await selectIds(context, selection);
  // Counted after: a letter that is parked meanwhile is among the counted, and never among the purged.
  if (!('ids' in selection)) await requireCount(context, selection);
  return runAction<PurgeOutcome>(context, {
    verb: 'purged',
    actor,
    ids,
    none: NOTHING_PURGED,
    rest: 'absent',
    prepare: async (some) => {
      const letters = await findLetters(queue, (wanted) => findDeadLetters(pool, wanted), some);
      // Before they go: nobody may have looked at them yet, and numbers that are nowhere are called lost.
      await accountForNumbers(pool, numbersOf([...letters.values()]));
      return describeBeforePurge([...letters.values()]);
    },
    act: (some, lock) => purgeLetters({ queue, lock }, some),
  });
}

async function requireCount(
  context: ActionContext,
  selection: Exclude<PurgeSelection, { readonly ids: readonly string[] }>,
): Promise<void> {
  const actual = await countLetters(context, 'reason' in selection ? selection.reason : null);
  if (actual === selection.expected) return;
  const message = `There are ${actual} such letters, not ${selection.expected}: nothing was purged.`;
  throw new DeadLettersError('count_mismatch', message, { actual });
}

export interface Edit {
  readonly id: string;
  readonly entry: Readonly<Record<string, unknown>>;
  /** When, milliseconds since 1970. */
  readonly atMs: number;
}

/** See `DeadLetters.edit`. */
export async function edit(context: ActionContext, { id, entry, atMs }: Edit): Promise<EditAnswer> {
  const { queue, pool, capacity, actor } = context;
  const letter = await findOne(context, id);
  if (letter === null) throw new DeadLettersError('absent', await explainAbsence(pool, id));
  const edited = toEditedEntry(letter, entry, { actor, at: new Date(atMs) });
  const { action, outcomes } = await runAction<RedriveOutcome>(context, {
    verb: 'edited',
    actor,
    ids: [id],
    none: NOTHING_REDRIVEN,
    rest: 'full',
    prepare: async (ids) => {
      await markDeadLettersRedriven(pool, ids);
      const before = entryOf(letter) ?? { sha256: digestOf(letter.line) };
      return { event_id: edited.id, before, after: entry };
    },
    act: (_, lock) => redriveEdited({ queue, pool, lock, capacity }, { letter, edited, editedBy: actor.id }),
  });
  const outcome = REDRIVE_OUTCOMES.find((each) => outcomes[each] > 0) ?? 'absent';
  return { action, outcome, eventId: edited.id };
}

/** Whoever repeats an edit whose answer was lost learns that it, or another one, went out. */
async function explainAbsence(pool: Pool, id: string): Promise<string> {
  const [last] = id.includes('\0') ? [] : await listDeadLetterOriginals(pool, id);
  const edit = last === undefined ? '' : ` any more: ${last.editedBy} edited it, ${last.editedAt.toISOString()}`;
  return `No dead letter has the id ${id}${edit}.`;
}

/** The letter of an id; null when there is none. */
export async function findOne(
  { queue, pool }: Pick<ActionContext, 'queue' | 'pool'>,
  id: string,
): Promise<Letter | null> {
  if (id.includes('\0')) return null;
  const letters = await findLetters(queue, (ids) => findDeadLetters(pool, ids), [id]);
  return letters.get(id) ?? null;
}
