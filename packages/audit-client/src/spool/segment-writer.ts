import { type FileHandle, mkdir, open, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type SpoolOwner, writeOwner } from './owner.ts';
import { toSegmentName } from './segment-name.ts';
import { syncFolder } from './spool-folder.ts';

const SEGMENT_BYTES = 8 * 1_048_576;

interface OpenSegment {
  readonly path: string;
  readonly handle: FileHandle;
  readonly inode: number;
  bytes: number;
}

/** Appends frames to numbered files of one folder. One call at a time: the spool's group commit sees to that. */
export class SegmentWriter {
  readonly #folder: string;
  readonly #owner: () => Promise<SpoolOwner>;
  #segment: OpenSegment | null = null;
  #nextNumber = 1;

  /** A writer for `folder`, which is made at the first append with its owner file. No I/O before. */
  constructor(folder: string, owner: () => Promise<SpoolOwner>) {
    this.#folder = folder;
    this.#owner = owner;
  }

  /**
   * Resolves when `bytes` are on the disk and reachable by name. Rejects when not; the segment in use is then abandoned,
   * since a failed fsync must not be repeated on the same descriptor (the kernel forgets the lost pages), and the next
   * append starts a new one. What a rejected append left in the old segment may be read back: the receipts decide, and
   * an event that comes twice has the same id.
   */
  async append(bytes: Buffer): Promise<void> {
    try {
      if (this.#segment !== null && this.#segment.bytes + bytes.length > SEGMENT_BYTES) {
        await this.close();
      }
      const target = this.#segment ?? (await this.#openSegment());
      await target.handle.appendFile(bytes);
      await target.handle.datasync();
      target.bytes += bytes.length;
      // Somebody may have removed or adopted the folder under us. If the name still leads here after the sync, then
      // whoever moves it later finds these bytes in it; if not, nobody would ever read them.
      const found = await stat(target.path);
      if (found.ino !== target.inode) {
        throw new Error('the spool segment was replaced under its writer');
      }
    } catch (error) {
      await this.#abandon();
      throw error;
    }
  }

  /** Ends the segment in use; every segment below the answered number is complete. */
  async rotate(): Promise<number> {
    await this.close();
    return this.#nextNumber;
  }

  async close(): Promise<void> {
    const segment = this.#segment;
    this.#segment = null;
    await segment?.handle.close().catch(() => undefined);
  }

  /** Gives the segment in use up. One without a receipt is removed: a disk that fails for hours would fill up with them. */
  async #abandon(): Promise<void> {
    const failed = this.#segment;
    await this.close();
    if (failed?.bytes === 0) {
      await unlink(failed.path).catch(() => undefined);
    }
  }

  async #openSegment(): Promise<OpenSegment> {
    const madeFolder = await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    if (madeFolder !== undefined) {
      await writeOwner(this.#folder, await this.#owner());
      await syncFolder(join(this.#folder, '..'));
    }
    const number = this.#nextNumber;
    this.#nextNumber += 1;
    const path = join(this.#folder, toSegmentName(number));
    const handle = await open(path, 'ax', 0o600);
    const { ino } = await handle.stat();
    this.#segment = { path, handle, inode: ino, bytes: 0 };
    await syncFolder(this.#folder);
    return this.#segment;
  }
}
