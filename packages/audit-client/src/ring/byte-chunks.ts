/** Several of the largest pushes of small events (256 entries): what does not fit at the end of a chunk stays unused. */
const CHUNK_BYTES = 1_048_576;
/** Empty chunks that are kept for the next bytes: as one fills, one becomes empty. */
const MAX_SPARE_CHUNKS = 2;

interface Chunk {
  readonly bytes: Buffer;
  /** Bytes written since it was empty, and how many of the places in it are still needed. */
  used: number;
  places: number;
}

/** A place of bytes in a chunk. */
export interface StoredBytes {
  readonly chunk: Chunk;
  readonly start: number;
  readonly end: number;
}

/**
 * Copies of bytes in large pieces of memory that are used again: a buffer for each would have the garbage collector look
 * through the whole heap every sixteen megabytes. What is removed in about the order in which it was added leaves no
 * holes that matter; a chunk is used again when nothing in it is needed any more.
 */
export class ByteChunks {
  #spare: Chunk[] = [];
  #current: Chunk | null = null;

  /** Copies `bytes`. */
  add(bytes: Buffer): StoredBytes {
    const chunk = this.#findRoom(bytes.length);
    const start = chunk.used;
    const end = start + bytes.length;
    bytes.copy(chunk.bytes, start);
    chunk.used = end;
    chunk.places += 1;
    return { chunk, start, end };
  }

  /** The bytes of a place, until it is removed. */
  read({ chunk, start, end }: StoredBytes): Buffer {
    return chunk.bytes.subarray(start, end);
  }

  /** Gives a place back, once; its bytes may be written over from now on. */
  remove({ chunk }: StoredBytes): void {
    chunk.places -= 1;
    if (chunk.places > 0) {
      return;
    }
    chunk.used = 0;
    if (chunk !== this.#current && chunk.bytes.length === CHUNK_BYTES && this.#spare.length < MAX_SPARE_CHUNKS) {
      this.#spare.push(chunk);
    }
  }

  #findRoom(size: number): Chunk {
    if (size > CHUNK_BYTES) {
      return createChunk(size);
    }
    if (this.#current === null || this.#current.used + size > CHUNK_BYTES) {
      this.#current = this.#spare.pop() ?? createChunk(CHUNK_BYTES);
    }
    return this.#current;
  }
}

function createChunk(size: number): Chunk {
  // Not zeroed: memory that was never written to is not taken from the system.
  return { bytes: Buffer.allocUnsafeSlow(size), used: 0, places: 0 };
}
