const MIN_BYTES = 4096;
/** Larger calls are rare; what they take is not kept. */
const MAX_KEPT_BYTES = 262_144;
/** One call of each lane may be under way. */
const MAX_KEPT = 2;

/**
 * Memory for calls, used again: 36 kB allocated for each push of 64 entries count as memory outside the heap, for which
 * the garbage collector looks through all of the heap five times as often; 2.3 of 15 µs an event.
 */
export interface CallBuffers {
  /** Memory for at least `size` bytes, whatever stands there. It is the caller's, and garbage if it is not given back. */
  take(size: number): Buffer;
  /** Only when nobody reads or sends it any more: the next call writes there. */
  giveBack(buffer: Buffer): void;
}

/** Nothing is kept yet. */
export function createCallBuffers(): CallBuffers {
  const kept: Buffer[] = [];
  return {
    take(size) {
      const last = kept.pop();
      if (last !== undefined && last.length >= size) return last;
      return Buffer.allocUnsafeSlow(
        Math.max(MIN_BYTES, size > MAX_KEPT_BYTES ? size : 2 ** Math.ceil(Math.log2(size))),
      );
    },
    giveBack(buffer) {
      if (buffer.length <= MAX_KEPT_BYTES && kept.length < MAX_KEPT) kept.push(buffer);
    },
  };
}
