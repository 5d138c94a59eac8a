const ROUNDED_TO = 65_536;
/** One for each batch that a worker has on its way, and no more. */
const MOST_SPARE = 2;
const LARGEST_SPARE = 1_048_576;

/**
 * Buffers that were used and are free again. A new buffer for every batch is garbage outside of V8's heap, which it
 * collects late: reusing them takes a quarter off a worker's memory.
 */
export class SpareBuffers {
  readonly #spare: Buffer[] = [];

  /** A view of exactly so many bytes, with anything in them. */
  take(bytes: number): Buffer {
    const index = this.#spare.findIndex((buffer) => buffer.length >= bytes);
    const [buffer] = index === -1 ? [] : this.#spare.splice(index, 1);
    return (buffer ?? Buffer.allocUnsafeSlow(Math.ceil(bytes / ROUNDED_TO) * ROUNDED_TO)).subarray(0, bytes);
  }

  /** Gives back what was taken. Only when nothing reads it any more: a socket that failed may still hold it. */
  giveBack(view: Buffer): void {
    const buffer = Buffer.from(view.buffer);
    if (buffer.length <= LARGEST_SPARE && this.#spare.length < MOST_SPARE) this.#spare.push(buffer);
  }
}
