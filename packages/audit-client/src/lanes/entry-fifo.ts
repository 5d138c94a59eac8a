import type { LaneEntry } from './lane-entry.ts';

const COMPACT_AT = 1024;

/** A first-in-first-out list of entries; taking from the front costs nothing however long it is. */
export class EntryFifo {
  #entries: LaneEntry[] = [];
  #head = 0;

  get length(): number {
    return this.#entries.length - this.#head;
  }

  push(entry: LaneEntry): void {
    this.#entries.push(entry);
  }

  unshift(entries: readonly LaneEntry[]): void {
    this.#entries = [...entries, ...this.#entries.slice(this.#head)];
    this.#head = 0;
  }

  /** Takes at most `maxEntries` and `maxBytes` from the front (at least one entry), of one kind: first pushes or retries. */
  takeChunk(maxEntries: number, maxBytes: number): readonly LaneEntry[] {
    const first = this.#entries[this.#head];
    if (first === undefined) {
      return [];
    }
    let end = this.#head;
    let bytes = 0;
    for (let entry: LaneEntry | undefined = first; entry !== undefined; entry = this.#entries[end]) {
      bytes += entry.bytes;
      const isOtherKind = entry.attempts > 0 !== first.attempts > 0;
      if (end > this.#head && (bytes > maxBytes || end - this.#head >= maxEntries || isOtherKind)) {
        break;
      }
      end += 1;
    }
    const chunk = this.#entries.slice(this.#head, end);
    this.#head = end;
    this.#compact();
    return chunk;
  }

  /** Takes every entry that `test` holds for. */
  takeIf(test: (entry: LaneEntry) => boolean): readonly LaneEntry[] {
    const taken: LaneEntry[] = [];
    const kept: LaneEntry[] = [];
    for (let index = this.#head; index < this.#entries.length; index += 1) {
      const entry = this.#entries[index];
      if (entry !== undefined) {
        (test(entry) ? taken : kept).push(entry);
      }
    }
    if (taken.length > 0) {
      this.#entries = kept;
      this.#head = 0;
    }
    return taken;
  }

  #compact(): void {
    if (this.#head === this.#entries.length) {
      this.#entries = [];
      this.#head = 0;
    } else if (this.#head > COMPACT_AT) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }
}
