import type { SecurityEvent } from '../security-event.ts';

/** Ranges that are told one by one; beyond, everything up to the last counts as one. Fits what a queue takes as a text. */
const MOST_RANGES = 800;

/**
 * Numbers that were taken for events which are in no other place than this process: they wait for their batch, or for
 * another attempt. A number leaves when its event is placed, given up, or stood for by another.
 */
export class UnplacedNumbers {
  readonly #numbers = new Map<SecurityEvent, number>();

  get size(): number {
    return this.#numbers.size;
  }

  add(event: SecurityEvent, number: number): void {
    this.#numbers.set(event, number);
  }

  /** The number of an event that leaves; null when it was not here. */
  take(event: SecurityEvent): number | null {
    const number = this.#numbers.get(event);
    this.#numbers.delete(event);
    return number ?? null;
  }

  /** The numbers as `5-9,12`; '' when there are none. */
  toText(): string {
    const sorted = [...this.#numbers.values()].toSorted((left, right) => left - right);
    const ranges: { readonly first: number; last: number }[] = [];
    for (const number of sorted) {
      const open = ranges.at(-1);
      if (open !== undefined && (number <= open.last + 1 || ranges.length === MOST_RANGES)) {
        open.last = number;
      } else {
        ranges.push({ first: number, last: number });
      }
    }
    return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
  }
}
