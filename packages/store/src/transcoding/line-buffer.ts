/**
 * Where lines are written to: bytes and how many of them are in use. Writers put their bytes behind `length` and move it;
 * a writer that gives up leaves `length` to be set back.
 */
export class LineBuffer {
  bytes: Buffer;
  length = 0;

  /** Holds `capacity` bytes at first; only pages that are written to take memory. */
  constructor(capacity: number) {
    this.bytes = Buffer.allocUnsafeSlow(capacity);
  }

  /** Makes room for so many bytes more. Lines that were handed out keep the bytes that they were written to. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    this.bytes = Buffer.allocUnsafeSlow(Math.max(count, this.bytes.length * 2));
    this.length = 0;
  }

  /** Writes one byte; there must be room. */
  put(byte: number): void {
    this.bytes[this.length] = byte;
    this.length += 1;
  }

  /** Writes the bytes of `word`; there must be room. Short words only: longer ones are cheaper with `set`. */
  putAll(word: Uint8Array): void {
    const { bytes } = this;
    let to = this.length;
    for (let index = 0; index < word.length; index += 1) bytes[to++] = word[index] ?? 0;
    this.length = to;
  }
}
