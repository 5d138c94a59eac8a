/** What `pg_current_snapshot()` looks like: the oldest open transaction, the next one to come, and the open ones between. */
const SNAPSHOT = /^(\d+):(\d+):([\d,]*)$/;

/**
 * When transactions were first seen to be over, from one snapshot after another. A transaction that has committed is
 * visible to every snapshot in which it is over, all its rows at once; whether it had committed is for its rows to say.
 */
export class SeenTransactions {
  /** The first transaction that was not there yet at the last look. */
  #next: number | null = null;
  readonly #open = new Set<number>();
  readonly #seenAt = new Map<number, number>();

  /** Takes a snapshot as text, with the time at which it was read. Those before the first look are not told. */
  look(snapshot: string, at: number): void {
    const match = SNAPSHOT.exec(snapshot);
    if (match === null) throw new RangeError(`"${snapshot}" is no snapshot`);
    const next = Number(match[2]);
    for (let each = this.#next ?? next; each < next; each += 1) this.#open.add(each);
    this.#next = Math.max(next, this.#next ?? next);
    const stillOpen = new Set((match[3] ?? '').split(',').filter(Boolean).map(Number));
    for (const each of this.#open) {
      if (stillOpen.has(each)) continue;
      this.#open.delete(each);
      this.#seenAt.set(each, at);
    }
  }

  /** Transactions with the time of the look that found them over. */
  toEntries(): readonly (readonly [number, number])[] {
    return [...this.#seenAt];
  }
}
