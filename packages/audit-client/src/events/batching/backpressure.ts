import type { EventPriority } from '../event-priority.ts';
import type { Pressure } from './batch-events.ts';
import type { HeldEvent } from './held-event.ts';
import type { WaitingEvents } from './waiting-events.ts';

/** Shares of `maxQueueSize` and of `maxQueueBytes` at which pressure starts and ends: between them nothing changes, so it does not flutter. */
const HIGH_WATER = 0.8;
const LOW_WATER = 0.5;

export interface BackpressureOptions {
  /** False: a full queue refuses whatever comes, and nothing else happens. */
  readonly isEnabled: boolean;
  readonly maxQueueSize: number;
  readonly maxQueueBytes: number;
  readonly waiting: WaitingEvents;
  /** Events held, the one that comes included. */
  readonly heldCount: () => number;
  /** What they keep in memory. */
  readonly heldBytes: () => number;
  /** What makes an event identical to others; null: nothing. */
  readonly toKey: (event: HeldEvent['event']) => string | null;
  /** `from` has become a part of `into`. */
  readonly onMerged: (into: HeldEvent, from: HeldEvent, before: HeldEvent['event']) => void;
  /** An event that waited gives way. */
  readonly onGivenWay: (held: HeldEvent) => void;
  readonly onChange: (name: 'backpressure:on' | 'backpressure:off', pressure: Pressure) => void;
}

/** What becomes of an event that comes. */
export type Entrance = 'enters' | 'merged' | 'refused';

/**
 * What happens when events come faster than they go. From the high-water mark on, identical events are merged into one;
 * when the queue is full all the same, the newest event of the lowest priority gives way to a higher one, and of equal
 * ones the one that comes is refused. Critical ones always enter.
 */
export class Backpressure {
  readonly #options: BackpressureOptions;
  readonly #highWater: number;
  readonly #lowWater: number;
  #isOn = false;

  constructor(options: BackpressureOptions) {
    this.#options = options;
    this.#highWater = Math.max(1, Math.ceil(options.maxQueueSize * HIGH_WATER));
    this.#lowWater = Math.floor(options.maxQueueSize * LOW_WATER);
  }

  /** Decides on an event that is held but does not wait yet. */
  enter(held: HeldEvent): Entrance {
    const { isEnabled, maxQueueBytes, heldCount, heldBytes } = this.#options;
    const { priority } = held.event;
    if (!isEnabled) {
      return this.isOver && priority !== 'critical' ? 'refused' : 'enters';
    }
    if (!this.#isOn && (heldCount() >= this.#highWater || heldBytes() >= maxQueueBytes * HIGH_WATER)) {
      this.#start();
    }
    if (this.#isOn && this.#merge(held)) {
      return 'merged';
    }
    return this.#makeRoom(priority) ? 'enters' : 'refused';
  }

  /** An event is held no more. */
  left(): void {
    const { maxQueueBytes, heldCount, heldBytes } = this.#options;
    if (this.#isOn && heldCount() <= this.#lowWater && heldBytes() <= maxQueueBytes * LOW_WATER) {
      this.#isOn = false;
      this.#options.waiting.stopMerging();
      this.#change('backpressure:off');
    }
  }

  #start(): void {
    const { waiting, toKey } = this.#options;
    this.#isOn = true;
    this.#change('backpressure:on');
    waiting.forEach((held) => {
      held.key ??= toKey(held.event);
    });
    const merged: (readonly [HeldEvent, HeldEvent])[] = [];
    waiting.startMerging((into, from) => merged.push([into, from]));
    const before = merged.map(([into, from]) => {
      const { event } = into;
      into.merge(from);
      return event;
    });
    // Told only now: whoever hears of it may add events, to which one gives way with all that it stands for.
    for (const [index, [into, from]] of merged.entries()) {
      this.#options.onMerged(into, from, before[index] ?? into.event);
    }
  }

  #merge(held: HeldEvent): boolean {
    const { waiting, toKey } = this.#options;
    held.key ??= toKey(held.event);
    const into = waiting.findIdentical(held);
    if (into === undefined) {
      return false;
    }
    const before = into.event;
    into.merge(held);
    this.#options.onMerged(into, held, before);
    return true;
  }

  /** Whether more is held than may be. */
  get isOver(): boolean {
    const { heldCount, heldBytes } = this.#options;
    // An event alone is taken whatever its size: a row of it can be kept.
    return heldCount() !== 1 && !this.#fits(heldCount(), heldBytes());
  }

  #fits(count: number, bytes: number): boolean {
    const { maxQueueSize, maxQueueBytes } = this.#options;
    return count <= maxQueueSize && bytes <= maxQueueBytes;
  }

  /** Whether there is room once all that waits below `priority` has given way: else none of it need go. */
  #couldFit(priority: EventPriority): boolean {
    const { waiting, heldCount, heldBytes } = this.#options;
    const below = waiting.below(priority);
    return this.#fits(heldCount() - below.count, heldBytes() - below.bytes);
  }

  /** The event that comes counts as held: one too many is one that must go. */
  #makeRoom(priority: EventPriority): boolean {
    const { waiting, onGivenWay } = this.#options;
    if (this.isOver && !this.#couldFit(priority)) {
      return priority === 'critical';
    }
    while (this.isOver) {
      const lowest = waiting.takeBelow(priority);
      if (lowest === undefined) {
        // What is under way cannot give way.
        return priority === 'critical';
      }
      onGivenWay(lowest);
    }
    return true;
  }

  #change(name: 'backpressure:on' | 'backpressure:off'): void {
    const { heldCount, heldBytes, maxQueueSize, maxQueueBytes, onChange } = this.#options;
    onChange(name, {
      currentQueueSize: heldCount(),
      maxQueueSize,
      currentQueueBytes: heldBytes(),
      maxQueueBytes,
    });
  }
}
