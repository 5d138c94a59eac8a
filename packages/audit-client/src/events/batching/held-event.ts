import { isOwnWork as isOwnWorkNow } from '../../transports/own-work.ts';
import type { EventReceipt } from '../event-receipt.ts';
import type { SecurityEvent } from '../security-event.ts';
import { toEventBytes } from './event-bytes.ts';

/** What a held event is made with. */
export interface HeldEventOptions {
  /** When it came, milliseconds that never go back. */
  readonly addedAt: number;
  readonly answer: (receipt: EventReceipt) => void;
  /** Whether it was made here, for events that were counted in a window. Default false: it was logged. */
  readonly isSummary?: boolean;
  /** Default: whether the code that runs is. */
  readonly isOwnWork?: boolean;
}

/** An event from `addEvent` to its end, with what identical events have been merged into it. */
export class HeldEvent {
  /** Its place in the order in which events entered the queues, 1, 2, 3…; none: it has not. */
  place: number = Number.POSITIVE_INFINITY;
  readonly addedAt: number;
  /** What it keeps in memory, roughly; what is merged into it adds nothing. */
  readonly bytes: number;
  /** Whether it comes from a log record: what is logged while it is handed over must not become an event in turn. */
  readonly isOwnWork: boolean;
  /** What makes it identical to others while they wait; undefined until it is asked for. */
  key: string | null | undefined = undefined;
  /** When it was first handed to the processor, ms since the epoch; 0: it was not yet. */
  firstTriedAt = 0;
  /** Whether what becomes of it is settled. */
  isEnded = false;
  /** Whether its processor, or the journal, knows that it comes. */
  isPrepared = false;
  /** How many logged events end with it: itself, unless it is a summary, and those that it stands for. */
  #stands: number;
  /** How many summaries end with it. */
  #summaries: number;
  #event: SecurityEvent;
  #answer: ((receipt: EventReceipt) => void) | null;
  /** Segments of the journal that have it, or something merged into it. */
  readonly #copies: Promise<number | null>[] = [];

  constructor(
    event: SecurityEvent,
    { addedAt, answer, isSummary = false, isOwnWork = isOwnWorkNow() }: HeldEventOptions,
  ) {
    this.#event = event;
    this.addedAt = addedAt;
    this.#answer = answer;
    this.isOwnWork = isOwnWork;
    this.bytes = toEventBytes(event);
    this.#stands = isSummary ? (event.coalesced?.count ?? 1) : 1;
    this.#summaries = isSummary ? 1 : 0;
  }

  get event(): SecurityEvent {
    return this.#event;
  }

  get stands(): number {
    return this.#stands;
  }

  get summaries(): number {
    return this.#summaries;
  }

  /** Its caller is answered; a later answer is not heard. */
  answer(receipt: EventReceipt): void {
    this.#answer?.(receipt);
    this.#answer = null;
  }

  journaled(copy: Promise<number | null>): void {
    this.#copies.push(copy);
  }

  /** Takes an identical event in; answers the event as it is now, another object with the same id. */
  merge({
    event,
    copies,
    stands,
    summaries,
  }: Pick<HeldEvent, 'event' | 'copies' | 'stands' | 'summaries'>): SecurityEvent {
    this.#stands += stands;
    this.#summaries += summaries;
    const mine = this.#event.coalesced ?? toCoalesced(this.#event);
    const theirs = event.coalesced ?? toCoalesced(event);
    this.#copies.push(...copies);
    this.#event = Object.freeze({
      ...this.#event,
      coalesced: {
        count: mine.count + theirs.count,
        firstAt: Math.min(mine.firstAt, theirs.firstAt),
        lastAt: Math.max(mine.lastAt, theirs.lastAt),
        firstId: mine.firstId,
      },
    });
    return this.#event;
  }

  get copies(): readonly Promise<number | null>[] {
    return this.#copies;
  }
}

function toCoalesced({ id, occurredAt }: SecurityEvent): NonNullable<SecurityEvent['coalesced']> {
  return { count: 1, firstAt: occurredAt, lastAt: occurredAt, firstId: id };
}
