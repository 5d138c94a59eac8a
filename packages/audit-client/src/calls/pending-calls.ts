/** What a pending call counts for. */
interface Pending {
  readonly bytes: number;
  readonly epoch: number;
}

/**
 * The calls without a receipt: how many, how large, and which of them a flush waits for. An epoch is the stretch between
 * two flushes, so a flush waits for the calls before it and not for those that keep coming.
 */
export class PendingCalls {
  readonly #onBusy: () => void;
  readonly #onIdle: () => void;
  readonly #open = new Map<number, number>();
  #flushes: { readonly upTo: number; readonly done: () => void }[] = [];
  #epoch = 1;
  #bytes = 0;
  #events = 0;

  constructor(onBusy: () => void, onIdle: () => void) {
    this.#onBusy = onBusy;
    this.#onIdle = onIdle;
  }

  get events(): number {
    return this.#events;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The epoch that a call admitted now belongs to. */
  get epoch(): number {
    return this.#epoch;
  }

  add(call: Pending): void {
    this.#bytes += call.bytes;
    this.#open.set(call.epoch, (this.#open.get(call.epoch) ?? 0) + 1);
    this.#events += 1;
    if (this.#events === 1) {
      this.#onBusy();
    }
  }

  remove(call: Pending): void {
    this.#bytes -= call.bytes;
    const left = (this.#open.get(call.epoch) ?? 1) - 1;
    this.#open.set(call.epoch, left);
    if (left === 0) {
      this.#open.delete(call.epoch);
      this.#endFlushes();
    }
    this.#events -= 1;
    if (this.#events === 0) {
      this.#onIdle();
    }
  }

  /** Resolves when every call made before has its receipt. */
  settled(): Promise<void> {
    const upTo = this.#epoch;
    this.#epoch += 1;
    return new Promise((done) => {
      this.#flushes.push({ upTo, done });
      this.#endFlushes();
    });
  }

  #endFlushes(): void {
    const oldest = this.#open.size === 0 ? Number.POSITIVE_INFINITY : Math.min(...this.#open.keys());
    const ended = this.#flushes.filter((flush) => flush.upTo < oldest);
    this.#flushes = this.#flushes.filter((flush) => flush.upTo >= oldest);
    for (const flush of ended) {
      flush.done();
    }
  }
}
