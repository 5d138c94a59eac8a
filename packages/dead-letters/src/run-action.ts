import { randomUUID } from 'node:crypto';
import { withDeadLetterLock, type DeadLetterLock, type Pool } from '@auditlane/store';
import { DeadLettersError } from './dead-letters-error.ts';
import { toOperatorEvent, type Actor, type EventFacts, type OperatorEvent, type Verb } from './operator-event.ts';

/** Stores the event of an operator's action, such as `logCriticalAudit`; a rejection before the action prevents it. */
export type RecordEvent = (event: OperatorEvent) => Promise<unknown>;

/** What became of one letter. */
export interface Done<Outcome extends string> {
  readonly id: string;
  readonly outcome: Outcome | 'failed';
}

/** What became of a hundred letters; `error` when some of them failed, and then the action ends. */
export interface Portion<Outcome extends string> {
  readonly done: readonly Done<Outcome>[];
  readonly error?: Error;
  /** No letter after these would fare better. */
  readonly isLast?: boolean;
}

export interface ActionParts {
  readonly pool: Pool;
  readonly record: RecordEvent;
}

export interface Action<Outcome extends string> {
  readonly verb: Verb;
  readonly actor: Actor;
  readonly ids: readonly string[];
  /** Every outcome with zero. */
  readonly none: Readonly<Record<Outcome, number>>;
  /** What becomes of the letters that come after the last portion. */
  readonly rest: Outcome;
  /** What the intent tells beside the ids, and what has to be written down before the lock is taken. */
  prepare(ids: readonly string[]): Promise<Readonly<Record<string, unknown>>>;
  /** Acts on at most a hundred letters, while nobody else acts on any. */
  act(ids: readonly string[], lock: DeadLetterLock): Promise<Portion<Outcome>>;
}

/** How an action ended. */
export interface ActionResult<Outcome extends string> {
  /** In the events of this action as `correlation_id`. */
  readonly action: string;
  readonly selected: number;
  /** Add up to `selected`. */
  readonly outcomes: Readonly<Record<Outcome, number>>;
}

const PORTION = 100;

/**
 * Acts on letters, a hundred at a time, each hundred between two events: the intent, without which nothing is done, and
 * the outcome with every id. A crash in between leaves an intent without an outcome; doing it again is safe.
 * Throws `unrecorded`, and what queue and store throw.
 */
export async function runAction<Outcome extends string>(
  parts: ActionParts,
  action: Action<Outcome>,
): Promise<ActionResult<Outcome>> {
  const id = randomUUID();
  const outcomes: Record<Outcome, number> = { ...action.none };
  for (let from = 0; from < action.ids.length; from += PORTION) {
    const ids = action.ids.slice(from, from + PORTION);
    const portion = await runPortion(parts, action, { action: id, ids, part: from / PORTION + 1 });
    for (const { outcome } of portion.done) {
      if (outcome !== 'failed') outcomes[outcome] += 1;
    }
    if (portion.error !== undefined) throw portion.error;
    const left = action.ids.length - from - ids.length;
    if (portion.isLast === true && left > 0) {
      outcomes[action.rest] += left;
      break;
    }
  }
  return { action: id, selected: action.ids.length, outcomes };
}

interface PortionPlan {
  readonly action: string;
  readonly ids: readonly string[];
  readonly part: number;
}

async function runPortion<Outcome extends string>(
  { pool, record }: ActionParts,
  action: Action<Outcome>,
  plan: PortionPlan,
): Promise<Portion<Outcome>> {
  const { ids, part } = plan;
  const { verb, actor } = action;
  const letterId = action.ids.length === 1 ? (ids[0] ?? null) : null;
  const tell = async (facts: Pick<EventFacts, 'phase' | 'outcome' | 'metadata'>): Promise<void> => {
    const metadata = { part, letters: ids.length, of: action.ids.length, ...facts.metadata };
    const event = toOperatorEvent({ ...facts, verb, actor, action: plan.action, letterId, metadata });
    try {
      await record(event);
    } catch (error) {
      const hasActed = facts.phase === 'outcome';
      const what = hasActed ? 'The action was done, but its outcome' : 'Nothing was done, since the action';
      throw new DeadLettersError('unrecorded', `${what} could be recorded nowhere.`, { cause: error, hasActed });
    }
  };
  const facts = await action.prepare(ids);
  await tell({ phase: 'intent', outcome: 'unknown', metadata: { ids, ...facts } });
  const portion = await actOrFail(pool, action, ids);
  const hasFailed = portion.error !== undefined;
  await tell({
    phase: 'outcome',
    outcome: hasFailed ? 'failure' : 'success',
    metadata: { ...facts, outcomes: byOutcome(portion.done) },
  });
  return portion;
}

/** The outcome is told of what failed, too: a part of it may have been done. */
async function actOrFail<Outcome extends string>(
  pool: Pool,
  action: Action<Outcome>,
  ids: readonly string[],
): Promise<Portion<Outcome>> {
  try {
    return await withDeadLetterLock(pool, (lock) => action.act(ids, lock));
  } catch (error) {
    return { done: ids.map((id) => ({ id, outcome: 'failed' as const })), error: toError(error) };
  }
}

/** Everything below throws errors; a promise may hold anything. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('something that is no error was thrown', { cause: thrown });
}

function byOutcome(done: readonly Done<string>[]): Readonly<Record<string, readonly string[]>> {
  const groups = new Map<string, string[]>();
  for (const { id, outcome } of done) groups.set(outcome, [...(groups.get(outcome) ?? []), id]);
  return Object.fromEntries(groups);
}
