import { runAsOwnWork } from '../../transports/own-work.ts';
import { EVENT_PRIORITIES, EventPriority } from '../event-priority.ts';
import type { BatchSettings } from './batch-settings.ts';
import type { HeldEvent } from './held-event.ts';
import type { WaitingEvents } from './waiting-events.ts';

/** Batches of one priority that may be under way at once. Critical and immediate high ones do not wait for each other. */
const MAX_CRITICAL = 1000;
const MAX_HIGH = 64;

/** What a lane scheduler is made with. */
export interface BatchLanesOptions {
  readonly settings: BatchSettings;
  readonly waiting: WaitingEvents;
  /** Starts a batch; `batchEnded` is to be called when its first attempt is over. */
  readonly start: (priority: EventPriority, batch: readonly HeldEvent[]) => void;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  /** Runs work outside of the request whose call or timer it happens to be. */
  readonly inOwnScope: (work: () => void) => void;
}

/**
 * Decides which batch starts when. A queue is due when it has a full batch, when its oldest event has waited for its
 * `maxWaitTime`, when a flush covers its oldest event, or, for high ones that go immediately, when it has any.
 *
 * With prioritization a queue that is due and may not start yet holds up those below it, so nothing overtakes a higher
 * priority; without, the queue with the oldest event starts next.
 */
export class BatchLanes {
  readonly #options: BatchLanesOptions;
  readonly #underWay: Record<EventPriority, number> = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };
  readonly #timers = new Map<EventPriority, NodeJS.Timeout>();
  #isScheduled = false;
  /** Events up to this place are to go now. */
  #flushUpTo = 0;

  constructor(options: BatchLanesOptions) {
    this.#options = options;
  }

  /** Something may be due: looked at in the same turn, after the calls that are under way. */
  wake(): void {
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      queueMicrotask(() => this.#options.inOwnScope(() => this.#startDue()));
    }
  }

  /** What came up to this place goes now, whatever its queue waits for. */
  flushUpTo(place: number): void {
    this.#flushUpTo = Math.max(this.#flushUpTo, place);
    this.wake();
  }

  batchEnded(priority: EventPriority): void {
    this.#underWay[priority] -= 1;
    this.wake();
  }

  #startDue(): void {
    this.#isScheduled = false;
    const { enablePrioritization } = this.#options.settings;
    if (enablePrioritization) {
      this.#startByPriority();
    } else {
      this.#startByAge();
    }
    for (const priority of EVENT_PRIORITIES) {
      this.#arm(priority);
    }
  }

  #startByPriority(): void {
    for (const priority of EVENT_PRIORITIES) {
      while (this.#isDue(priority)) {
        if (!this.#mayStart(priority)) {
          return;
        }
        this.#start(priority);
      }
    }
  }

  #startByAge(): void {
    for (;;) {
      const startable = EVENT_PRIORITIES.filter((priority) => this.#isDue(priority) && this.#mayStart(priority));
      const [oldest] = startable.toSorted((a, b) => this.#placeOf(a) - this.#placeOf(b));
      if (oldest === undefined) {
        return;
      }
      this.#start(oldest);
    }
  }

  #placeOf(priority: EventPriority): number {
    return this.#options.waiting.oldestOf(priority)?.place ?? Number.POSITIVE_INFINITY;
  }

  #start(priority: EventPriority): void {
    const { settings, waiting, start } = this.#options;
    this.#underWay[priority] += 1;
    const batch = waiting.take(priority, settings.maxBatchSize[priority]);
    if (batch.some(({ isOwnWork }) => isOwnWork)) {
      runAsOwnWork(() => start(priority, batch));
    } else {
      start(priority, batch);
    }
  }

  #mayStart(priority: EventPriority): boolean {
    return this.#underWay[priority] < this.#limitOf(priority);
  }

  #limitOf(priority: EventPriority): number {
    if (priority === EventPriority.CRITICAL) {
      return MAX_CRITICAL;
    }
    return priority === EventPriority.HIGH && this.#options.settings.processHighPriorityImmediately ? MAX_HIGH : 1;
  }

  #isDue(priority: EventPriority): boolean {
    const { settings, waiting } = this.#options;
    const oldest = waiting.oldestOf(priority);
    if (oldest === undefined) {
      return false;
    }
    const isFull = waiting.countOf(priority) >= settings.maxBatchSize[priority];
    return isFull || oldest.place <= this.#flushUpTo || this.#waitOf(priority) <= this.#ageOf(oldest);
  }

  #ageOf(held: HeldEvent): number {
    return this.#options.now() - held.addedAt;
  }

  /** How long the oldest event of a queue may wait; without auto flush those that may wait at all wait for ever. */
  #waitOf(priority: EventPriority): number {
    const { settings } = this.#options;
    if (priority === EventPriority.HIGH && settings.processHighPriorityImmediately) {
      return 0;
    }
    const isTimed = settings.enableAutoFlush || priority === EventPriority.CRITICAL;
    return isTimed ? settings.maxWaitTime[priority] : Number.POSITIVE_INFINITY;
  }

  /** A timer for the oldest event of a queue. It keeps no process alive: at its end everything is flushed anyway. */
  #arm(priority: EventPriority): void {
    const oldest = this.#options.waiting.oldestOf(priority);
    const waitMs = this.#waitOf(priority);
    // One that is due and was not started waits for others, and is looked at when they end.
    const isTimed = waitMs !== Number.POSITIVE_INFINITY && !this.#isDue(priority);
    if (oldest === undefined || !isTimed || this.#timers.has(priority)) {
      return;
    }
    const leftMs = Math.max(1, Math.ceil(waitMs - this.#ageOf(oldest)));
    const wake = (): void => {
      this.#timers.delete(priority);
      this.wake();
    };
    this.#timers.set(priority, setTimeout(wake, leftMs).unref());
  }
}
