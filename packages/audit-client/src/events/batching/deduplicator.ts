import { runOutside } from '../../run-outside.ts';
import { isOwnWork } from '../../transports/own-work.ts';
import type { SecurityEvent } from '../security-event.ts';
import type { DeduplicationStore, FirstEvent } from './deduplication-store.ts';

/** Windows that are open at once; beyond, the oldest ends early. */
const MAX_WINDOWS = 10_000;
const CLAIM_MS = 250;

/** Above this many ended windows at its front the list is cut. */
const CUT_AT = 1024;

/** What an event is, among identical ones. */
export type Standing = 'first' | 'duplicate';

export interface DeduplicatorOptions {
  readonly windowMs: number;
  readonly store: DeduplicationStore | undefined;
  /** Whether the store may be asked now; else an event counts as the first here. */
  readonly mayAsk: () => boolean;
  /** What the samples of all windows may keep in memory; beyond, the oldest window ends early. */
  readonly maxBytes: number;
  readonly mintId: () => string;
  /** A window has ended in which there were duplicates; `isOwnWork`: its first event was. */
  readonly onSummary: (summary: SecurityEvent, isOwnWork: boolean) => void;
  /** The store did not answer; for the log. */
  readonly onError: (error: unknown) => void;
  /** Milliseconds that never go back. */
  readonly now: () => number;
}

interface Window {
  readonly key: string;
  /** What the summary looks like: the first that was seen here. */
  readonly sample: SecurityEvent;
  readonly bytes: number;
  readonly endsAt: number;
  readonly isOwnWork: boolean;
  /** Null: it is nowhere, and the next identical event is a first again. */
  first: FirstEvent | null;
  /** When the earliest of the counted events happened. */
  countedFrom: number;
  lastAt: number;
  count: number;
  isOpen: boolean;
}

/**
 * Windows of identical events: the first goes on, later ones are counted, and when the window ends one summary stands for
 * them. A crash loses the count of the windows that are open, never a first event.
 */
export class Deduplicator {
  readonly #options: DeduplicatorOptions;
  readonly #windows = new Map<string, Window>();
  /**
   * The same windows by their age, which is the order in which they end, from `#head` on. The Map has that order too, but
   * to find its oldest it walks over all that were deleted before: 20 µs a call once windows come and go.
   */
  #byAge: (Window | undefined)[] = [];
  #head = 0;
  /** What the samples keep in memory. */
  #bytes = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: DeduplicatorOptions) {
    this.#options = options;
  }

  /**
   * At once, or after the store was asked: for `critical` it never is, which go out in the same turn. `key` is what makes
   * the event identical to others, `bytes` what it keeps in memory. Never rejects.
   */
  judge(event: SecurityEvent, key: string, bytes: number): Standing | Promise<Standing> {
    const now = this.#options.now();
    this.#endUntil(now);
    const known = this.#windows.get(key);
    if (known !== undefined) {
      return stand(known, event);
    }
    const { store, maxBytes, mayAsk } = this.#options;
    if (bytes > maxBytes) {
      return 'first';
    }
    const opened = this.#open({ key, bytes, endsAt: now + this.#options.windowMs }, event);
    const isAsked = store !== undefined && event.priority !== 'critical' && mayAsk();
    return isAsked ? this.#ask(store, opened, event) : 'first';
  }

  /** The event is nowhere: if it was the first of its window, the next identical one is. */
  forget(key: string, id: string): void {
    const window = this.#windows.get(key);
    if (window?.first?.id === id) {
      window.first = null;
    }
  }

  /** The event `id` has become a part of `into`: if it was the first of its window, that one is. */
  merged(key: string, id: string, into: SecurityEvent): void {
    const window = this.#windows.get(key);
    if (window?.first?.id === id) {
      window.first = toFirst(into);
    }
  }

  /** Ends all windows now. */
  endAll(): void {
    this.#endUntil(Number.POSITIVE_INFINITY);
  }

  /** Whether ending the windows would make a summary. */
  get hasDuplicates(): boolean {
    return [...this.#windows.values()].some((window) => window.count > 0);
  }

  #open(window: Pick<Window, 'key' | 'bytes' | 'endsAt'>, event: SecurityEvent): Window {
    while (
      this.#oldest !== undefined &&
      (this.#windows.size >= MAX_WINDOWS || this.#bytes + window.bytes > this.#options.maxBytes)
    ) {
      this.#endOldest();
    }
    const opened: Window = {
      ...window,
      sample: event,
      isOwnWork: isOwnWork(),
      first: toFirst(event),
      countedFrom: Number.POSITIVE_INFINITY,
      lastAt: event.occurredAt,
      count: 0,
      isOpen: true,
    };
    this.#windows.set(opened.key, opened);
    this.#byAge.push(opened);
    this.#bytes += opened.bytes;
    this.#arm();
    return opened;
  }

  async #ask(store: DeduplicationStore, opened: Window, event: SecurityEvent): Promise<Standing> {
    try {
      const first: unknown = await withDeadline(store.claim(opened.key, toFirst(event), this.#options.windowMs));
      // Ended meanwhile, nobody would count it any more.
      if (first === null || !opened.isOpen) {
        return 'first';
      }
      if (!isFirstEvent(first)) {
        throw new TypeError('the deduplication store answered neither null nor { id, at }');
      }
      opened.first = { id: first.id, at: first.at };
      count(opened, event);
      return 'duplicate';
    } catch (error) {
      this.#options.onError(error);
      return 'first';
    }
  }

  #endUntil(now: number): void {
    for (let oldest = this.#oldest; oldest !== undefined && oldest.endsAt <= now; oldest = this.#oldest) {
      this.#endOldest();
    }
  }

  get #oldest(): Window | undefined {
    return this.#byAge[this.#head];
  }

  #endOldest(): void {
    const window = this.#oldest;
    if (window === undefined) {
      return;
    }
    // What it remembers is not kept until the list is cut.
    this.#byAge[this.#head] = undefined;
    this.#head += 1;
    if (this.#head >= CUT_AT || this.#head === this.#byAge.length) {
      this.#byAge = this.#byAge.slice(this.#head);
      this.#head = 0;
    }
    this.#windows.delete(window.key);
    this.#bytes -= window.bytes;
    window.isOpen = false;
    if (window.count > 0) {
      const { first, countedFrom, lastAt, count: counted, sample } = window;
      const id = this.#options.mintId();
      // Without its first the summary stands for itself.
      const { id: firstId, at: firstAt } = first ?? { id, at: countedFrom };
      const coalesced = { count: counted, firstAt, lastAt, firstId };
      const summary = Object.freeze({ ...sample, id, occurredAt: lastAt, correlationId: null, coalesced });
      this.#options.onSummary(summary, window.isOwnWork);
    }
  }

  /** One timer, for the oldest window. It keeps no process alive: at its end the windows are ended anyway. */
  #arm(): void {
    const oldest = this.#oldest;
    if (this.#timer === null && oldest !== undefined) {
      const waitMs = Math.max(1, Math.ceil(oldest.endsAt - this.#options.now()));
      const onTime = (): void => {
        this.#timer = null;
        this.#endUntil(this.#options.now());
        this.#arm();
      };
      this.#timer = runOutside(() => setTimeout(onTime, waitMs).unref());
    }
  }
}

function isFirstEvent(value: unknown): value is FirstEvent {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof Reflect.get(value, 'id') === 'string' &&
    Number.isFinite(Reflect.get(value, 'at'))
  );
}

function toFirst({ id, occurredAt }: SecurityEvent): FirstEvent {
  return { id, at: occurredAt };
}

/** What an event is in a window that is open. */
function stand(window: Window, event: SecurityEvent): Standing {
  if (window.first !== null) {
    count(window, event);
    return 'duplicate';
  }
  window.first = toFirst(event);
  window.lastAt = Math.max(window.lastAt, event.occurredAt);
  return 'first';
}

function count(window: Window, event: SecurityEvent): void {
  window.count += 1;
  window.countedFrom = Math.min(window.countedFrom, event.occurredAt);
  window.lastAt = Math.max(window.lastAt, event.occurredAt);
}

/** Too late an answer is as none. */
function withDeadline<T>(claimed: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the deduplication store did not answer within 250 ms')), CLAIM_MS);
    Promise.resolve(claimed)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
