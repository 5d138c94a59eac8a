/** What a flush has found. */
export interface FlushResult {
  /** Events that the processor has taken. */
  readonly processed: number;
  /** Events that it has not: spooled, parked, or no event at all. */
  readonly failed: number;
}

interface Flush {
  readonly upTo: number;
  readonly promise: Promise<FlushResult>;
  readonly resolve: (result: FlushResult) => void;
  left: number;
  processed: number;
  failed: number;
}

/** Flushes under way: each waits for the events that waited when it began, and for none that came later. */
export class Flushes {
  #open: Flush[] = [];

  /** A flush of everything up to place `upTo`, of which `left` events have not ended. Joins one that covers the same. */
  begin(upTo: number, left: number): Promise<FlushResult> {
    const same = this.#open.find((flush) => flush.upTo === upTo);
    if (same !== undefined) {
      return same.promise;
    }
    if (left === 0) {
      return Promise.resolve({ processed: 0, failed: 0 });
    }
    const { promise, resolve } = createDeferred();
    this.#open.push({ upTo, promise, resolve, left, processed: 0, failed: 0 });
    return promise;
  }

  /** The event at `place` has ended. */
  ended(place: number, ending: string): void {
    for (const flush of this.#open) {
      if (place <= flush.upTo) {
        flush.left -= 1;
        flush.processed += ending === 'processed' ? 1 : 0;
        flush.failed += ending === 'failed' ? 1 : 0;
      }
    }
    if (this.#open.some((flush) => flush.left === 0)) {
      const done = this.#open.filter((flush) => flush.left === 0);
      this.#open = this.#open.filter((flush) => flush.left > 0);
      for (const { resolve, processed, failed } of done) {
        resolve({ processed, failed });
      }
    }
  }
}

function createDeferred(): Pick<Flush, 'promise' | 'resolve'> {
  let resolve: Flush['resolve'] = () => undefined;
  const promise = new Promise<FlushResult>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
