import type { SpooledEntry } from './frame.ts';
import { encodeFrame } from './frame.ts';
import type { FrameBatch, FramePosition } from './segment-writer.ts';

const MAX_COMMIT_BYTES = 4 * 1_048_576;
/** After a failed write the disk is left alone for this long: a full or broken disk is not asked once per event. */
const REST_MS = 2000;

/** An entry that waits for the disk; exactly one of its two functions is called. */
export interface SpoolCall extends SpooledEntry {
  /** It is on the disk, there. */
  spooled(position: FramePosition): void;
  /** It is not, and will not be tried again by the spool. */
  unspoolable(): void;
}

/** What a group commit needs to know of the spool around it. */
export interface GroupCommitSurroundings {
  /** Resolves when the frames are on the disk, with the place of the first one. */
  readonly write: (batch: FrameBatch) => Promise<FramePosition>;
  /** Bytes that the spool may still take. */
  readonly room: () => number;
  readonly onWritten: (bytes: number) => void;
  /** A write failed, and was made again in a new segment. */
  readonly onFault: (error: unknown) => void;
  readonly onFailed: (error: unknown) => void;
  readonly onFull: () => void;
  readonly now: () => number;
}

/** Writes and syncs many entries at once: those that arrive while one sync is under way share the next. */
export class GroupCommit {
  readonly #around: GroupCommitSurroundings;
  #waiting: SpoolCall[] = [];
  #restUntil = 0;
  #isRunning = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(around: GroupCommitSurroundings) {
    this.#around = around;
  }

  append(call: SpoolCall): void {
    if (this.#around.now() < this.#restUntil) {
      call.unspoolable();
      return;
    }
    this.#waiting.push(call);
    if (!this.#isRunning) {
      this.#isRunning = true;
      this.#run().catch(this.#around.onFailed);
    }
  }

  /** Runs `work` while no write is under way. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #run(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        await this.exclusively(() => this.#commitOnce());
      }
    } finally {
      this.#isRunning = false;
    }
  }

  async #commitOnce(): Promise<void> {
    const { calls, bytes } = this.#takeFitting();
    if (calls.length === 0) {
      this.#around.onFull();
      this.#refuse(this.#waiting.splice(0));
      return;
    }
    const batch = { bytes, frames: calls.length };
    let position: FramePosition;
    try {
      // The second attempt goes to a new segment: the writer has given the first one up.
      position = await this.#around.write(batch).catch((error: unknown) => this.#writeAnew(batch, error));
    } catch (error) {
      this.#restUntil = this.#around.now() + REST_MS;
      this.#around.onFailed(error);
      this.#refuse([...calls, ...this.#waiting.splice(0)]);
      return;
    }
    this.#around.onWritten(bytes.length);
    for (const [index, call] of calls.entries()) {
      call.spooled({ segment: position.segment, frame: position.frame + index });
    }
  }

  async #writeAnew(batch: FrameBatch, error: unknown): Promise<FramePosition> {
    const position = await this.#around.write(batch);
    this.#around.onFault(error);
    return position;
  }

  /** The calls whose frames fit into what room is left, and their bytes. */
  #takeFitting(): { readonly calls: readonly SpoolCall[]; readonly bytes: Buffer } {
    const room = Math.min(this.#around.room(), MAX_COMMIT_BYTES);
    const frames: Buffer[] = [];
    let bytes = 0;
    for (const call of this.#waiting) {
      const frame = Buffer.from(encodeFrame(call));
      if (bytes + frame.length > room) {
        break;
      }
      bytes += frame.length;
      frames.push(frame);
    }
    return { calls: this.#waiting.splice(0, frames.length), bytes: Buffer.concat(frames, bytes) };
  }

  #refuse(calls: readonly SpoolCall[]): void {
    for (const call of calls) {
      call.unspoolable();
    }
  }
}
