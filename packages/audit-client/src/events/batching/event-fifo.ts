import type { HeldEvent } from './held-event.ts';

/** Above this many taken places at the front the array is cut; below, a shift would cost more than it saves. */
const CUT_AT = 1024;

/** Events in the order in which they came; both ends cost the same however many there are. */
export class EventFifo {
  #events: HeldEvent[] = [];
  #head = 0;

  get length(): number {
    return this.#events.length - this.#head;
  }

  get oldest(): HeldEvent | undefined {
    return this.#events[this.#head];
  }

  push(held: HeldEvent): void {
    this.#events.push(held);
  }

  /** Takes the oldest `count`, or what is there. */
  take(count: number): readonly HeldEvent[] {
    const taken = this.#events.slice(this.#head, this.#head + count);
    this.#head += taken.length;
    if (this.#head >= CUT_AT || this.length === 0) {
      this.#events = this.#events.slice(this.#head);
      this.#head = 0;
    }
    return taken;
  }

  takeNewest(): HeldEvent | undefined {
    return this.length === 0 ? undefined : this.#events.pop();
  }

  /** Sees those that are here now; what is pushed meanwhile stays, and is not seen. */
  forEach(see: (held: HeldEvent) => void): void {
    for (const held of this.#events.slice(this.#head)) {
      see(held);
    }
  }

  /** Leaves only those that `isKept` answers true for; asked in order. `isKept` must not push. */
  keepIf(isKept: (held: HeldEvent) => boolean): void {
    this.#events = this.#events.slice(this.#head).filter(isKept);
    this.#head = 0;
  }
}
