import { EVENT_PRIORITIES, EventPriority } from '../event-priority.ts';
import { EventFifo } from './event-fifo.ts';
import type { HeldEvent } from './held-event.ts';

/** What gives way: the lowest first, and never `critical`. */
const LOWEST_FIRST = EVENT_PRIORITIES.filter((priority) => priority !== EventPriority.CRITICAL).toReversed();

/** Events that wait for their batch: a queue for each priority, and, under pressure, an index of identical ones. */
export class WaitingEvents {
  readonly #queues: Readonly<Record<EventPriority, EventFifo>> = {
    critical: new EventFifo(),
    high: new EventFifo(),
    medium: new EventFifo(),
    low: new EventFifo(),
    info: new EventFifo(),
  };
  /** By what makes them identical; null while nothing is merged. */
  #index: Map<string, HeldEvent> | null = null;

  countOf(priority: EventPriority): number {
    return this.#queues[priority].length;
  }

  oldestOf(priority: EventPriority): HeldEvent | undefined {
    return this.#queues[priority].oldest;
  }

  add(held: HeldEvent): void {
    this.#queues[held.event.priority].push(held);
    if (this.#index !== null && isMergeable(held) && !this.#index.has(held.key)) {
      this.#index.set(held.key, held);
    }
  }

  take(priority: EventPriority, count: number): readonly HeldEvent[] {
    const taken = this.#queues[priority].take(count);
    for (const held of taken) {
      this.#forget(held);
    }
    return taken;
  }

  /** What waits below `priority`, and could give way to it. */
  below(priority: EventPriority): { readonly count: number; readonly bytes: number } {
    const queues = LOWEST_FIRST.filter((candidate) => isBelow(candidate, priority)).map((name) => this.#queues[name]);
    return {
      count: queues.reduce((sum, { length }) => sum + length, 0),
      bytes: queues.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }

  /** Takes the newest event of the lowest priority below `priority`; undefined when only equals and higher ones wait. */
  takeBelow(priority: EventPriority): HeldEvent | undefined {
    const lowest = LOWEST_FIRST.find((candidate) => this.#queues[candidate].length > 0);
    if (lowest === undefined || !isBelow(lowest, priority)) {
      return undefined;
    }
    const newest = this.#queues[lowest].takeNewest();
    if (newest !== undefined) {
      this.#forget(newest);
    }
    return newest;
  }

  /**
   * From now on identical events can be found. Those that wait already are merged into their first: `onMerge` is told each
   * pair, and the second is gone from the queue. Every `key` must have been set.
   */
  startMerging(onMerge: (into: HeldEvent, from: HeldEvent) => void): void {
    const index = new Map<string, HeldEvent>();
    this.#index = index;
    for (const priority of LOWEST_FIRST) {
      this.#queues[priority].keepIf((held) => {
        if (!isMergeable(held)) {
          return true;
        }
        const first = index.get(held.key);
        if (first === undefined) {
          index.set(held.key, held);
          return true;
        }
        onMerge(first, held);
        return false;
      });
    }
  }

  stopMerging(): void {
    this.#index = null;
  }

  /** An identical event that waits; always undefined while nothing is merged. */
  findIdentical(held: HeldEvent): HeldEvent | undefined {
    return isMergeable(held) ? this.#index?.get(held.key) : undefined;
  }

  /** Sees every event that waits, of every priority. */
  forEach(see: (held: HeldEvent) => void): void {
    for (const priority of EVENT_PRIORITIES) {
      this.#queues[priority].forEach(see);
    }
  }

  #forget(held: HeldEvent): void {
    if (this.#index !== null && isMergeable(held) && this.#index.get(held.key) === held) {
      this.#index.delete(held.key);
    }
  }
}

function isBelow(lower: EventPriority, priority: EventPriority): boolean {
  return EVENT_PRIORITIES.indexOf(lower) > EVENT_PRIORITIES.indexOf(priority);
}

function isMergeable(held: HeldEvent): held is HeldEvent & { key: string } {
  return typeof held.key === 'string' && held.event.priority !== EventPriority.CRITICAL;
}
