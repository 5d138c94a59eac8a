import type { EventReceipt } from '../event-receipt.ts';
import type { SecurityEvent } from '../security-event.ts';

/** An event that its processor will never take. */
export interface Refusal {
  readonly event: SecurityEvent;
  readonly reason: string;
  readonly sqlstate: string | null;
}

/** What a processor said of a batch: each event is in exactly one of the first four. */
export interface BatchOutcome {
  readonly processed: readonly SecurityEvent[];
  /** Not taken, to be tried again. */
  readonly failed: readonly SecurityEvent[];
  readonly refused: readonly Refusal[];
  /** Some of these failed, and nobody says which; `uncertainFailed` is how many. All are tried again. */
  readonly uncertain: readonly SecurityEvent[];
  readonly uncertainFailed: number;
  readonly receipts: ReadonlyMap<string, EventReceipt>;
  /** Why events failed; undefined when the processor does not say. */
  readonly cause: unknown;
}

/** What a processor answered is no result. */
export class BadResultError extends Error {
  override readonly name = 'BadResultError';
}

/**
 * Reads what a processor answered, which may be anything. Throws a BadResultError for what is no result, which then counts
 * like a rejection: nothing is known, so everything is tried again.
 */
export function readProcessResult(events: readonly SecurityEvent[], answer: unknown): BatchOutcome {
  // Whatever is not said to be processed is not.
  const failedCount = Math.max(readCount(answer, 'failed'), events.length - readCount(answer, 'processed'));
  const said = { receipts: readReceipts(read(answer, 'receipts')), cause: read(answer, 'cause') };
  const refusals = readRefusals(read(answer, 'refused'));
  const failedIds = readIds(read(answer, 'failedIds'));
  const refused = events.flatMap((event) => {
    const found = refusals.get(event.id);
    return found === undefined ? [] : [{ event, ...found }];
  });
  const rest = events.filter(({ id }) => !refusals.has(id));
  const failed = rest.filter(({ id }) => failedIds.has(id));
  const others = rest.filter(({ id }) => !failedIds.has(id));
  // Names that are too few, or not ours, prove nothing of the events that they do not name.
  const unnamed = Math.min(Math.max(0, failedCount - refused.length - failed.length), others.length);
  if (unnamed === 0) {
    return { processed: others, failed, refused, uncertain: [], uncertainFailed: 0, ...said };
  }
  if (unnamed === others.length) {
    return { processed: [], failed: rest, refused, uncertain: [], uncertainFailed: 0, ...said };
  }
  return { processed: [], failed, refused, uncertain: others, uncertainFailed: unnamed, ...said };
}

function read(target: unknown, key: string): unknown {
  return typeof target === 'object' && target !== null ? Reflect.get(target, key) : undefined;
}

function readCount(answer: unknown, key: 'processed' | 'failed'): number {
  const count = read(answer, key);
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 0) {
    throw new BadResultError(`the processor answered no { processed, failed }: ${key} is no count`);
  }
  return count;
}

function readIds(value: unknown): ReadonlySet<unknown> {
  return new Set<unknown>(Array.isArray(value) ? value : []);
}

function readRefusals(
  value: unknown,
): ReadonlyMap<string, { readonly reason: string; readonly sqlstate: string | null }> {
  const found = new Map<string, { readonly reason: string; readonly sqlstate: string | null }>();
  for (const refusal of Array.isArray(value) ? value : []) {
    const id = read(refusal, 'id');
    const reason = read(refusal, 'reason');
    const sqlstate = read(refusal, 'sqlstate');
    if (typeof id === 'string') {
      found.set(id, {
        reason: typeof reason === 'string' ? reason : 'the processor gave no reason',
        sqlstate: typeof sqlstate === 'string' ? sqlstate : null,
      });
    }
  }
  return found;
}

const STATUSES: ReadonlySet<unknown> = new Set(['queued', 'spooled', 'stored', 'processed']);

function readReceipts(value: unknown): ReadonlyMap<string, EventReceipt> {
  const found = new Map<string, EventReceipt>();
  for (const receipt of Array.isArray(value) ? value : []) {
    if (isReceipt(receipt)) {
      found.set(receipt.id, receipt);
    }
  }
  return found;
}

function isReceipt(value: unknown): value is EventReceipt & { readonly id: string } {
  return typeof read(value, 'id') === 'string' && STATUSES.has(read(value, 'status'));
}
