import { mkdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type SpoolOwner, writeOwner } from './owner.ts';
import { openSegmentFile, type OpenSegmentFile, type SegmentFile } from './segment-file.ts';
import { toSegmentName } from './segment-name.ts';
import { syncFolder } from './spool-folder.ts';

const SEGMENT_BYTES = 8 * 1_048_576;

interface OpenSegment {
  readonly number: number;
  readonly path: string;
  readonly file: SegmentFile;
  bytes: number;
  frames: number;
}

/** Where the first frame of an append is: the number of its segment, and how many frames of ours are before it there. */
export interface FramePosition {
  readonly segment: number;
  readonly frame: number;
}

/** Frames to be appended together. */
export interface FrameBatch {
  readonly bytes: Buffer;
  readonly frames: number;
}

/** Appends frames to numbered files of one folder. One call at a time: the spool's group commit sees to that. */
export class SegmentWriter {
  readonly #folder: string;
  readonly #prepare: () => Promise<SpoolOwner>;
  readonly #openFile: OpenSegmentFile;
  #segment: OpenSegment | null = null;
  #nextNumber = 1;
  #isFolderReady = false;

  /**
   * A writer for `folder`, which is made at the first append with its owner file, and again after a failure. `prepare`
   * makes the folder above it and names the owner. No I/O before.
   */
  constructor(folder: string, prepare: () => Promise<SpoolOwner>, openFile: OpenSegmentFile = openSegmentFile) {
    this.#folder = folder;
    this.#prepare = prepare;
    this.#openFile = openFile;
  }

  /**
   * Resolves when the frames are on the disk and reachable by name: the folder's entry is synced when the segment is
   * made, the data at every append. Rejects when not; the segment in use is then abandoned, since a failed fsync must
   * not be repeated on the same descriptor (the kernel has dropped the pages and answers "done"), and the next append
   * starts a new one. What a rejected append left in the old segment may be read back: the receipts decide, and an event
   * that comes twice has the same id.
   */
  async append({ bytes, frames }: FrameBatch): Promise<FramePosition> {
    try {
      if (this.#segment !== null && this.#segment.bytes + bytes.length > SEGMENT_BYTES) {
        await this.close();
      }
      const target = this.#segment ?? (await this.#openSegment());
      await target.file.append(bytes);
      await target.file.sync();
      // Somebody may have removed or adopted the folder under us. If the name still leads here after the sync, then
      // whoever moves it later finds these bytes in it; if not, nobody would ever read them.
      if (!(await target.file.isReachable())) {
        throw new Error('the spool segment was replaced under its writer');
      }
      const position = { segment: target.number, frame: target.frames };
      target.bytes += bytes.length;
      target.frames += frames;
      return position;
    } catch (error) {
      await this.#abandon();
      throw error;
    }
  }

  /** Every segment below this number is complete. */
  get completeBelow(): number {
    return this.#segment?.number ?? this.#nextNumber;
  }

  /** Ends the segment in use; every segment below the answered number is complete. */
  async rotate(): Promise<number> {
    await this.close();
    return this.#nextNumber;
  }

  async close(): Promise<void> {
    const segment = this.#segment;
    this.#segment = null;
    await segment?.file.close().catch(() => undefined);
  }

  /** Gives the segment in use up. One without a receipt is removed: a disk that fails for hours would fill up with them. */
  async #abandon(): Promise<void> {
    const failed = this.#segment;
    this.#isFolderReady = false;
    await this.close();
    if (failed?.bytes === 0) {
      await unlink(failed.path).catch(() => undefined);
    }
  }

  async #openSegment(): Promise<OpenSegment> {
    if (!this.#isFolderReady) {
      const owner = await this.#prepare();
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await writeOwner(this.#folder, owner);
      await syncFolder(join(this.#folder, '..'));
      this.#isFolderReady = true;
    }
    const number = this.#nextNumber;
    this.#nextNumber += 1;
    const path = join(this.#folder, toSegmentName(number));
    const file = await this.#openFile(path);
    this.#segment = { number, path, file, bytes: 0, frames: 0 };
    await syncFolder(this.#folder);
    return this.#segment;
  }
}
