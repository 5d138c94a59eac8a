import type { EventPriority } from '../event-priority.ts';
import type { EventProcessor } from '../event-processor.ts';
import type { EventReceipt } from '../event-receipt.ts';
import type { RejectionReason } from '../../receipt.ts';
import { isLasting, toRejection } from '../../receipts.ts';
import { readErrorMessage } from '../../warnings.ts';
import type { ParkedEvent } from '../processors/event-gate.ts';
import type { BatchOutcome, Refusal } from '../processors/read-process-result.ts';
import { BatchError } from './batch-error.ts';
import type { BatchProcessed } from './batch-events.ts';
import type { BatchSettings } from './batch-settings.ts';
import type { Ending } from './batch-stats.ts';
import type { HeldEvent } from './held-event.ts';
import { Pauses } from './pauses.ts';
import { toRetryDelay } from './retry-delay.ts';
import { type ProcessCall, runProcess } from './run-process.ts';
import type { Undelivered } from './undelivered.ts';

/** How an event ended, with the receipt of its caller and what listeners are told. */
export interface EventEnd {
  readonly held: HeldEvent;
  readonly ending: Ending;
  readonly receipt: EventReceipt;
  readonly reason: string;
}

export interface BatchDeliveryOptions {
  readonly processor: EventProcessor;
  readonly settings: BatchSettings;
  /** Asked for at the first event that the processor does not take. */
  readonly undelivered: () => Undelivered;
  readonly onEnd: (end: EventEnd) => void;
  /** A call of `process` is over. */
  readonly onCalled: (priority: EventPriority, ms: number) => void;
  readonly onAnswered: (batch: BatchProcessed) => void;
  readonly onError: (error: BatchError) => void;
  /** What must not happen: a part that throws where it never does. */
  readonly onDefect: (error: unknown) => void;
  readonly random: () => number;
  /** Milliseconds that never go back. */
  readonly now: () => number;
}

/** Events of a batch that are not at their end. */
interface Rest {
  readonly held: readonly HeldEvent[];
  readonly reason: string;
  /** How many of them failed, when nobody says which; null: all. */
  readonly failedCount: number | null;
}

/** One attempt at a batch; the first is 1. */
interface HandedOver {
  readonly batch: readonly HeldEvent[];
  readonly priority: EventPriority;
  readonly attempt: number;
}

/** While nothing takes an event, spool and queue neither: a `retryDelay` of 0 is for the attempts before that. */
const LEAST_DELAY_MS = 1000;

const NO_REST: Rest = { held: [], reason: '', failedCount: null };

/**
 * Brings a batch to its end: handed over, handed over again after a pause for as often as it may, and then kept elsewhere.
 * An event is refused (parked, with its reason), or undelivered (spooled), and only when nothing takes it and nothing ever
 * will, or the processor is closing, is it dropped. A crash at any line loses what no journal has, and nothing twice: ids stay.
 */
export class BatchDelivery {
  readonly #options: BatchDeliveryOptions;
  readonly #pauses = new Pauses();
  readonly #calls = new Set<ProcessCall>();
  #isDraining = false;
  #isPressed = false;

  constructor(options: BatchDeliveryOptions) {
    this.#options = options;
  }

  /** While draining nothing is waited for: pauses end, and what fails is kept elsewhere at once. */
  setDraining(isDraining: boolean): void {
    this.#isDraining = isDraining;
    if (isDraining) {
      this.#pauses.endAll();
      for (const call of this.#calls) {
        call.hold();
      }
    }
  }

  /** Under pressure what has failed once is kept elsewhere at once, and pauses end: its place is worth more to what comes. */
  setPressed(isPressed: boolean): void {
    this.#isPressed = isPressed;
    if (isPressed) {
      this.#pauses.endAll();
    }
  }

  /** Resolves when every event of the batch has ended; `onFirstAttempt` is called when its first call of `process` is over. Never rejects. */
  async deliver(priority: EventPriority, batch: readonly HeldEvent[], onFirstAttempt: () => void): Promise<void> {
    try {
      await this.#deliver(priority, batch, onFirstAttempt);
    } catch (error) {
      this.#options.onDefect(error);
      for (const held of batch.filter(({ isEnded }) => !isEnded)) {
        this.#end(held, 'dropped', { receipt: toRejection('internal'), reason: 'internal' });
      }
    }
  }

  async #deliver(priority: EventPriority, batch: readonly HeldEvent[], onFirstAttempt: () => void): Promise<void> {
    const { maxRetryAttempts, retryDelay } = this.#options.settings;
    let rest: Rest = { held: batch, reason: '', failedCount: null };
    for (let attempt = 1; rest.held.length > 0; attempt += 1) {
      const handedOver = { batch: rest.held, priority, attempt };
      rest = await this.#handOver(handedOver, attempt === 1 ? onFirstAttempt : undefined);
      if (rest.held.length > 0 && (attempt > maxRetryAttempts || this.#isHurried)) {
        rest = await this.#keep(rest);
      }
      if (rest.held.length > 0) {
        const delay = toRetryDelay(retryDelay, attempt, this.#options.random);
        const isAskingAgain = attempt > maxRetryAttempts;
        await this.#pauses.pause(isAskingAgain ? Math.max(delay, LEAST_DELAY_MS) : delay, this.#isDraining);
        // What slept when the pressure came is not tried again: the call might hang for as long as the pause.
        rest = this.#isPressed && !this.#isDraining ? await this.#keep(rest) : rest;
      }
    }
  }

  get #isHurried(): boolean {
    return this.#isDraining || this.#isPressed;
  }

  /** One attempt; answers what is to be tried again. */
  async #handOver(handedOver: HandedOver, onOver?: () => void): Promise<Rest> {
    const { batch, priority, attempt } = handedOver;
    const { processor, settings, onCalled, onError, now } = this.#options;
    for (const held of batch) {
      held.firstTriedAt ||= Date.now();
    }
    const startedAt = now();
    const call = runProcess(
      processor,
      batch.map(({ event }) => event),
      settings.processingTimeout,
    );
    this.#calls.add(call);
    if (this.#isDraining) {
      call.hold();
    }
    const ending = await call.ending;
    this.#calls.delete(call);
    const ms = now() - startedAt;
    onCalled(priority, ms);
    onOver?.();
    if (ending.kind === 'failed') {
      const { code, cause } = ending;
      const error = new BatchError(code, { ids: batch.map(({ event }) => event.id), priority, attempt, cause });
      onError(error);
      return { held: batch, reason: toReason(error), failedCount: null };
    }
    return this.#take(ending.outcome, handedOver, ms);
  }

  async #take(outcome: BatchOutcome, { batch, priority, attempt }: HandedOver, ms: number): Promise<Rest> {
    const heldOf = new Map(batch.map((held) => [held.event, held]));
    const toHeld = (events: readonly HeldEvent['event'][]): readonly HeldEvent[] =>
      events.flatMap((event) => heldOf.get(event) ?? []);
    const failed = outcome.failed.length + outcome.refused.length + outcome.uncertainFailed;
    this.#options.onAnswered({
      processed: batch.length - failed,
      failed,
      batchSize: batch.length,
      processingTime: ms,
      priority,
    });
    for (const held of toHeld(outcome.processed)) {
      const { id } = held.event;
      this.#end(held, 'processed', { receipt: outcome.receipts.get(id) ?? { id, status: 'processed' } });
    }
    const cause = this.#explain(outcome, priority, attempt);
    const unparked = await this.#park(outcome.refused, heldOf, attempt);
    const rest = [...toHeld(outcome.failed), ...unparked];
    if (outcome.uncertain.length > 0) {
      const reason =
        cause ??
        `the processor says that ${outcome.uncertainFailed} of ${outcome.uncertain.length} events failed, and not which`;
      const held = [...toHeld(outcome.uncertain), ...rest];
      return { held, reason, failedCount: outcome.uncertainFailed + rest.length };
    }
    return rest.length === 0
      ? NO_REST
      : { held: rest, reason: cause ?? 'the processor counted the event as failed', failedCount: null };
  }

  /** Why events failed is announced as if the processor had rejected them; answers the reason, null for none. */
  #explain({ cause, failed, uncertain }: BatchOutcome, priority: EventPriority, attempt: number): string | null {
    const ids = [...failed, ...uncertain].map(({ id }) => id);
    if (cause === undefined || ids.length === 0) return null;
    const error = new BatchError('rejected', { ids, priority, attempt, cause });
    this.#options.onError(error);
    return toReason(error);
  }

  /** Parks what is refused; after as many attempts as a batch has, keeps it instead. Answers what is nowhere. */
  async #park(
    refusals: readonly Refusal[],
    heldOf: ReadonlyMap<HeldEvent['event'], HeldEvent>,
    attempts: number,
  ): Promise<readonly HeldEvent[]> {
    if (refusals.length === 0) {
      return [];
    }
    const { settings, undelivered, random } = this.#options;
    const parked = refusals.map((refusal) => toParked(refusal, heldOf.get(refusal.event)?.firstTriedAt, attempts));
    const { park } = undelivered();
    for (let attempt = 1; park === null || !(await park(parked)); attempt += 1) {
      if (park === null || attempt > settings.maxRetryAttempts || this.#isHurried) {
        const held = refusals.flatMap(({ event }) => heldOf.get(event) ?? []);
        const rest = { held, reason: 'refused by the processor', failedCount: null };
        return (await this.#keep(rest, park === null ? isFinal : isLasting)).held;
      }
      await this.#pauses.pause(toRetryDelay(settings.retryDelay, attempt, random), this.#isDraining);
    }
    for (const { event, reason } of refusals) {
      const held = heldOf.get(event);
      if (held !== undefined) {
        this.#end(held, 'failed', { receipt: { id: event.id, status: 'parked' }, reason });
      }
    }
    return [];
  }

  /** Keeps events elsewhere; drops those that nothing will ever take, or, while draining, takes now. Answers the others. */
  async #keep({ held, reason, failedCount }: Rest, isForGood = isLasting): Promise<Rest> {
    const undelivered = this.#options.undelivered();
    const receipts = await Promise.all(held.map(({ event }) => undelivered.keep(event)));
    const nowhere: HeldEvent[] = [];
    let takenCount = held.length - (failedCount ?? held.length);
    for (const [index, receipt] of receipts.entries()) {
      const kept = held[index];
      if (kept === undefined) {
        continue;
      }
      if (receipt.status !== 'rejected') {
        this.#end(kept, takenCount > 0 ? 'processed' : 'failed', { receipt, reason });
        takenCount -= 1;
      } else if (isForGood(receipt.reason)) {
        this.#end(kept, 'dropped', { receipt, reason: receipt.reason });
      } else if (this.#isDraining) {
        this.#end(kept, 'dropped', { receipt, reason: 'kept_nowhere' });
      } else {
        nowhere.push(kept);
      }
    }
    return { held: nowhere, reason, failedCount: null };
  }

  #end(held: HeldEvent, ending: Ending, { receipt, reason = '' }: { receipt: EventReceipt; reason?: string }): void {
    this.#options.onEnd({ held, ending, receipt, reason });
  }
}

/** What the processor refuses and nobody can park is at its end when the client refuses it as well. */
function isFinal(reason: RejectionReason): boolean {
  return isLasting(reason) || reason === 'invalid' || reason === 'too_large';
}

function toReason({ code, cause, message }: BatchError): string {
  return (code === 'rejected' ? readErrorMessage(cause) : null) ?? message;
}

function toParked({ event, reason, sqlstate }: Refusal, firstTriedAt = Date.now(), attempts = 1): ParkedEvent {
  const detail = reason;
  const kind = sqlstate === null ? 'refused_by_processor' : 'rejected_by_postgres';
  return { event, reason: kind, detail, sqlstate, attempts, firstAt: firstTriedAt };
}
