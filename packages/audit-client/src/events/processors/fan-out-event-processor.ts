import type { EventReceipt } from '../event-receipt.ts';
import type { EventProcessor, ProcessResult, RefusedEvent } from '../event-processor.ts';
import type { RejectedReceipt } from '../../receipt.ts';
import { isLasting } from '../../receipts.ts';
import type { SecurityEvent } from '../security-event.ts';
import { readProcessResult } from './read-process-result.ts';

/** What the targets have said of an event so far. */
interface Progress {
  /** Places of the targets that have not taken it. */
  readonly due: Set<number>;
  /** What those said that will never take it. */
  readonly refusals: Map<number, Pick<RefusedEvent, 'reason' | 'sqlstate'>>;
  receipt: EventReceipt | null;
}

/** Nobody is there to take the events: the batch is tried again, and then kept where that is possible. */
class NoProcessorError extends Error {
  override readonly name = 'NoProcessorError';
}

/**
 * Hands every batch to several processors at once.
 *
 * An event is processed when all of them have it. Those that have taken it are not asked again while the others are tried
 * again; those that refuse it are not either. It is refused when nobody is left but those that refuse it. The receipt is
 * the one of the first processor that gives one. One that rejects or hangs holds up the retries of the others' batch, and
 * nothing else.
 */
export class FanOutEventProcessor implements EventProcessor {
  readonly #targets: readonly EventProcessor[];
  /** By the event's object: forgotten together with it. */
  readonly #progress = new WeakMap<SecurityEvent, Progress>();

  /**
   * `targets`: in the order in which their receipts count; at least one. Throws nothing: without a target every batch
   * fails, as it does at one that is no processor.
   */
  constructor(targets: readonly EventProcessor[]) {
    this.#targets = Array.isArray(targets) ? targets.map(toTarget) : [];
  }

  prepare(event: SecurityEvent): RejectedReceipt | null {
    let lasting: RejectedReceipt | null = null;
    let ableCount = 0;
    for (const target of this.#targets) {
      const refused = target.prepare?.(event) ?? null;
      if (refused === null) {
        ableCount += 1;
      } else if (isLasting(refused.reason)) {
        // A client that is closed or misconfigured says nothing of the event: the others may take it.
        lasting ??= refused;
      } else {
        return refused;
      }
    }
    return ableCount > 0 ? null : lasting;
  }

  ended(event: SecurityEvent): void {
    for (const target of this.#targets) {
      target.ended?.(event);
    }
  }

  async process(events: readonly SecurityEvent[]): Promise<ProcessResult> {
    if (this.#targets.length === 0) {
      throw new NoProcessorError('the fan-out was made without a processor');
    }
    const errors = await Promise.all(this.#targets.map((target, place) => this.#hand(target, place, events)));
    const failed = events.filter((event) => this.#progressOf(event).due.size > 0);
    if (failed.length === events.length && errors.every((error) => error !== null)) {
      throw new AggregateError(errors, 'no processor of the fan-out took the batch');
    }
    const causes = errors.filter((error) => error !== null);
    const refused = failed.flatMap((event) => toRefused(event, this.#progressOf(event)));
    const receipts = events.flatMap((event) => this.#progressOf(event).receipt ?? []);
    return {
      processed: events.length - failed.length,
      failed: failed.length,
      failedIds: failed.map(({ id }) => id),
      refused,
      receipts,
      ...(causes.length > 0 && { cause: causes.length === 1 ? causes[0] : toOneError(causes) }),
    };
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#targets.map(async (target) => target.close?.()));
  }

  /** Hands a target what it has not taken yet; answers why it took none of it, or null. */
  async #hand(target: EventProcessor, place: number, events: readonly SecurityEvent[]): Promise<unknown> {
    const due = events.filter((event) => {
      const progress = this.#progressOf(event);
      return progress.due.has(place) && !progress.refusals.has(place);
    });
    if (due.length === 0) {
      return null;
    }
    try {
      const outcome = readProcessResult(due, await target.process([...due]));
      for (const event of outcome.processed) {
        const progress = this.#progressOf(event);
        progress.due.delete(place);
        progress.receipt ??= outcome.receipts.get(event.id) ?? null;
      }
      for (const { event, reason, sqlstate } of outcome.refused) {
        this.#progressOf(event).refusals.set(place, { reason, sqlstate });
      }
      return outcome.cause ?? null;
    } catch (error) {
      return error ?? new Error('a processor rejected without a reason');
    }
  }

  #progressOf(event: SecurityEvent): Progress {
    const known = this.#progress.get(event);
    if (known !== undefined) {
      return known;
    }
    const fresh: Progress = { due: new Set(this.#targets.keys()), refusals: new Map(), receipt: null };
    this.#progress.set(event, fresh);
    return fresh;
  }
}

function toOneError(causes: readonly unknown[]): AggregateError {
  return new AggregateError(causes, `${causes.length} processors of the fan-out did not take the batch`);
}

function toRefused(event: SecurityEvent, { due, refusals }: Progress): readonly RefusedEvent[] {
  const isFinal = [...due].every((place) => refusals.has(place));
  if (!isFinal) {
    return [];
  }
  const said = [...refusals.values()];
  const sqlstate = said.find((refusal) => typeof refusal.sqlstate === 'string')?.sqlstate ?? null;
  return [{ id: event.id, reason: said.map(({ reason }) => reason).join('; '), sqlstate }];
}

/** What is no processor takes nothing, so that the others' events are kept for when it is one. */
function toTarget(given: unknown, place: number): EventProcessor {
  if (isProcessor(given)) {
    return given;
  }
  const message = `number ${place + 1} of the fan-out's processors has no process`;
  return { process: () => Promise.reject(new NoProcessorError(message)) };
}

function isProcessor(given: unknown): given is EventProcessor {
  return typeof given === 'object' && given !== null && 'process' in given && typeof given.process === 'function';
}
