import { EventPriority } from '../event-priority.ts';
import type { EventProcessor } from '../event-processor.ts';
import type { EventReceipt } from '../event-receipt.ts';
import type { EventJournal } from '../journal/event-journal.ts';
import type { EventGate } from '../processors/event-gate.ts';
import type { SecurityEvent } from '../security-event.ts';
import type { RejectedReceipt } from '../../receipt.ts';
import type { BatchSettings } from './batch-settings.ts';
import type { Ending } from './batch-stats.ts';
import type { HeldEvent } from './held-event.ts';

export interface BatchIntakeOptions {
  readonly processor: EventProcessor;
  readonly settings: BatchSettings;
  /** Null for a client without one. */
  readonly gate: () => EventGate | null;
  /** An event cannot wait, since the disk does not take it: it is to go now. */
  readonly onHurry: (held: HeldEvent) => void;
  readonly warn: (condition: string, error: unknown) => void;
}

/** What is done with an event before it waits: prepared, and written to the journal. */
export class BatchIntake {
  readonly #options: BatchIntakeOptions;
  #journal: EventJournal | null | undefined = undefined;
  /** Events that have ended, whose copies are being written, or counted as done. */
  readonly #leaving = new Set<Promise<void>>();
  #isCleared = true;

  constructor(options: BatchIntakeOptions) {
    this.#options = options;
  }

  /**
   * What is wrong with an event that will never be taken; null when it may go on. It takes its producer's number here, so
   * that a crash shows as a hole however long the event was to wait; until it ends, its producer says that it waits.
   */
  prepare(held: HeldEvent): RejectedReceipt | null {
    held.isPrepared = true;
    try {
      const refused: unknown = this.#prepare(held);
      return isRejection(refused) ? refused : null;
    } catch (error) {
      this.#options.warn('an event processor failed to prepare an event', error);
      return null;
    }
  }

  /** Answers the caller of an event that waits from now on; those of critical and high ones wait with it. Never rejects. */
  async accept(held: HeldEvent): Promise<void> {
    try {
      await this.#accept(held);
    } catch (error) {
      this.#options.warn('an event could not be written to its journal, and is handed on at once', error);
      this.#options.onHurry(held);
    }
  }

  async #accept(held: HeldEvent): Promise<void> {
    const { id, priority } = held.event;
    if (!isBuffered(priority)) {
      return;
    }
    const buffered: EventReceipt = { id, status: 'buffered' };
    const journal = this.#findJournal();
    const admitted = journal === null ? undefined : this.#options.gate()?.admit(held.event);
    if (journal === null || admitted === undefined || !('kind' in admitted)) {
      held.answer(buffered);
      return;
    }
    const copy = journal.write(admitted);
    this.#isCleared = false;
    held.journaled(copy);
    if ((await copy) === null) {
      this.#options.onHurry(held);
    } else {
      held.answer(buffered);
    }
  }

  /** Nobody brings that event of `held` any more. Must be called once for each event that was prepared. */
  left({ isPrepared }: HeldEvent, event: SecurityEvent): void {
    if (!isPrepared) {
      return;
    }
    const { processor, gate, warn } = this.#options;
    try {
      gate()?.ended(event);
      processor.ended?.(event);
    } catch (error) {
      warn('an event processor failed to hear of the end of an event', error);
    }
  }

  /**
   * The copies of an event that has ended are needed no more, unless they are part of another one, or all that is left of it:
   * whoever adopts the journal queues it then.
   */
  ended(held: HeldEvent, { ending, reason }: { readonly ending: Ending; readonly reason: string }): void {
    const isNeeded = reason === 'coalesced' || (ending === 'dropped' && reason !== 'backpressure');
    if (held.copies.length > 0 && !isNeeded) {
      const leaving = this.#leave(held).finally(() => this.#leaving.delete(leaving));
      this.#leaving.add(leaving);
    }
  }

  /** Whether the disk may have copies of events that have ended. */
  get hasCopies(): boolean {
    return !this.#isCleared;
  }

  /** Removes the copies of events that have ended: at an orderly end nobody shall queue them again. Never rejects. */
  async clear(): Promise<void> {
    // One attempt after the last event: a disk that removes nothing must not keep the process.
    if (!this.#isCleared) {
      this.#isCleared = true;
      await Promise.all(this.#leaving);
      await this.#journal?.clear();
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#leaving);
    await this.#journal?.close();
  }

  async #leave(held: HeldEvent): Promise<void> {
    for (const copy of held.copies) {
      const segment = await copy;
      if (segment !== null) {
        this.#journal?.done(segment);
      }
    }
  }

  #prepare(held: HeldEvent): RejectedReceipt | null {
    const { processor, gate } = this.#options;
    if (this.#findJournal() !== null && isBuffered(held.event.priority)) {
      const admitted = gate()?.admit(held.event);
      if (admitted !== undefined && !('kind' in admitted)) {
        return admitted;
      }
      gate()?.reserve(held.event);
    }
    return processor.prepare?.(held.event) ?? null;
  }

  #findJournal(): EventJournal | null {
    if (this.#journal === undefined) {
      const gate = this.#options.gate();
      const isWanted = this.#options.settings.journal ?? gate?.guarantee === 'strict';
      this.#journal = isWanted && gate !== null ? gate.openJournal() : null;
    }
    return this.#journal;
  }
}

/** What a processor of the user's answers may be anything; what is no refusal refuses nothing. */
function isRejection(value: unknown): value is RejectedReceipt {
  return typeof value === 'object' && value !== null && Reflect.get(value, 'status') === 'rejected';
}

/** Critical and high events go at once, or their callers wait for the receipt: they are never told `buffered`. */
function isBuffered(priority: EventPriority): boolean {
  return priority !== EventPriority.CRITICAL && priority !== EventPriority.HIGH;
}
