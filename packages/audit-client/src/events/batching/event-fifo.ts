import type { HeldEvent } from './held-event.ts';

/** At this many taken places at the front the array is cut, or when no more than those wait: taken events are soon let go. */
const CUT_AT = 1024;

/** Events in the order in which they came; both ends cost the same however many there are. */
export class EventFifo {
  #events: HeldEvent[] = [];
  #head = 0;
  #bytes = 0;

  get length(): number {
    return this.#events.length - this.#head;
  }

  /** What they keep in memory, roughly. */
  get bytes(): number {
    return this.#bytes;
  }

  get oldest(): HeldEvent | undefined {
    return this.#events[this.#head];
  }

  push(held: HeldEvent): void {
    this.#events.push(held);
    this.#bytes += held.bytes;
  }

  /** Takes the oldest `count`, or what is there. */
  take(count: number): readonly HeldEvent[] {
    const taken = this.#events.slice(this.#head, this.#head + count);
    this.#head += taken.length;
    this.#bytes -= sumBytes(taken);
    if (this.#head >= Math.min(CUT_AT, this.length)) {
      this.#events = this.#events.slice(this.#head);
      this.#head = 0;
    }
    return taken;
  }

  takeNewest(): HeldEvent | undefined {
    const newest = this.length === 0 ? undefined : this.#events.pop();
    this.#bytes -= newest?.bytes ?? 0;
    return newest;
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
    this.#bytes = sumBytes(this.#events);
  }
}

function sumBytes(events: readonly HeldEvent[]): number {
  return events.reduce((sum, { bytes }) => sum + bytes, 0);
}
