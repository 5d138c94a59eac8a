import type { EventPriority } from '../event-priority.ts';
import type { Pressure } from './batch-events.ts';
import type { HeldEvent } from './held-event.ts';
import type { WaitingEvents } from './waiting-events.ts';

/** Shares of `maxQueueSize` at which pressure starts and ends: between them nothing changes, so it does not flutter. */
const HIGH_WATER = 0.8;
const LOW_WATER = 0.5;

export interface BackpressureOptions {
  /** False: a full queue refuses whatever comes, and nothing else happens. */
  readonly isEnabled: boolean;
  readonly maxQueueSize: number;
  readonly waiting: WaitingEvents;
  /** Events held, the one that comes included. */
  readonly heldCount: () => number;
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
    const { isEnabled, maxQueueSize, heldCount } = this.#options;
    const { priority } = held.event;
    if (!isEnabled) {
      return heldCount() > maxQueueSize && priority !== 'critical' ? 'refused' : 'enters';
    }
    if (!this.#isOn && heldCount() >= this.#highWater) {
      this.#start();
    }
    if (this.#isOn && this.#merge(held)) {
      return 'merged';
    }
    return this.#makeRoom(priority) ? 'enters' : 'refused';
  }

  /** An event is held no more. */
  left(): void {
    if (this.#isOn && this.#options.heldCount() <= this.#lowWater) {
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
    // Told only now: whoever hears of it may add events, or find the pressure gone.
    for (const [into, from] of merged) {
      this.#mergeInto(into, from);
    }
  }

  #merge(held: HeldEvent): boolean {
    const { waiting, toKey } = this.#options;
    held.key ??= toKey(held.event);
    const into = waiting.findIdentical(held);
    if (into === undefined) {
      return false;
    }
    this.#mergeInto(into, held);
    return true;
  }

  #mergeInto(into: HeldEvent, from: HeldEvent): void {
    const before = into.event;
    into.merge(from);
    this.#options.onMerged(into, from, before);
  }

  /** The event that comes counts as held: one too many is one that must go. */
  #makeRoom(priority: EventPriority): boolean {
    const { waiting, heldCount, maxQueueSize, onGivenWay } = this.#options;
    while (heldCount() > maxQueueSize) {
      const lowest = waiting.takeBelow(priority);
      if (lowest === undefined) {
        // What is under way cannot give way; a critical event enters above the bound.
        return priority === 'critical';
      }
      onGivenWay(lowest);
    }
    return true;
  }

  #change(name: 'backpressure:on' | 'backpressure:off'): void {
    const { heldCount, maxQueueSize, onChange } = this.#options;
    onChange(name, { currentQueueSize: heldCount(), maxQueueSize });
  }
}
