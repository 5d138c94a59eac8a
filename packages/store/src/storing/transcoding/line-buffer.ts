/** A buffer that is exchanged has room for at least so much. */
const LEAST_BYTES = 65_536;

/**
 * Where lines are written to: bytes and how many of them are in use. Writers put their bytes behind `length` and move it;
 * a writer that gives up leaves `length` to be set back. What is written beyond the end is not kept, and `isOverrun` says so.
 */
export class LineBuffer {
  bytes: Buffer;
  length = 0;

  /** Holds `capacity` bytes at first; only pages that are written to take memory. */
  constructor(capacity: number) {
    this.bytes = Buffer.allocUnsafeSlow(capacity);
  }

  get isOverrun(): boolean {
    return this.length > this.bytes.length;
  }

  /** Makes room for so many bytes more. Lines that were handed out keep the bytes that they were written to. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    this.bytes = Buffer.allocUnsafeSlow(Math.max(count, LEAST_BYTES));
    this.length = 0;
  }

  /** Empties the buffer for other lines, with room for `capacity` bytes; the lines in it are gone. */
  reuse(capacity: number): void {
    this.length = 0;
    this.reserve(capacity);
  }

  /** Writes one byte. */
  put(byte: number): void {
    this.bytes[this.length] = byte;
    this.length += 1;
  }

  /** Writes the bytes of `word`. Short words only: longer ones are cheaper with `set`. */
  putAll(word: Uint8Array): void {
    const { bytes } = this;
    let to = this.length;
    for (let index = 0; index < word.length; index += 1) bytes[to++] = word[index] ?? 0;
    this.length = to;
  }
}
