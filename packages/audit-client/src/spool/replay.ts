import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type CorruptFrame, putAside } from './corrupt-frames.ts';
import type { Frame, SpooledEntry } from './frame.ts';
import { listSegmentNames } from './segment-name.ts';
import { readSegment } from './segment-reader.ts';

/** Offers entries to the queue in their order and answers how many of the first ones Redis has. */
export type Offer = (entries: readonly SpooledEntry[]) => Promise<number>;

/** What a replay tells the spool around it. */
export interface ReplaySurroundings {
  readonly spoolDir: string;
  readonly offer: Offer;
  readonly onReplayed: (frames: number) => void;
  readonly onSegmentDone: (bytes: number) => void;
  /** Damage was found. `costsEvent`: an event that had a receipt is lost, unless a person repairs what was put aside. */
  readonly onCorrupt: (costsEvent: boolean) => void;
}

const OFFERED_AT_ONCE = 256;

/**
 * Puts segments back into the queue, oldest first. A segment is removed only when Redis has acknowledged every entry in
 * it; a crash before that replays it from its start, and the ids make the second copies harmless.
 */
export class Replay {
  readonly #around: ReplaySurroundings;
  /** Frames of a segment that are in the queue already, so that a pause does not start it again. */
  readonly #done = new Map<string, number>();

  constructor(around: ReplaySurroundings) {
    this.#around = around;
  }

  /** Replays the complete segments of a folder that are numbered below `limit`. False when the queue took no more. */
  async offerFolder(name: string, limit: number): Promise<boolean> {
    const folder = join(this.#around.spoolDir, name);
    const segments = listSegmentNames(await readdir(folder).catch(() => []));
    for (const segment of segments.filter((found) => Number.parseInt(found, 10) < limit)) {
      const path = join(folder, segment);
      if (!(await this.#replaySegment(path))) {
        return false;
      }
      const { size } = await stat(path);
      await unlink(path);
      this.#done.delete(path);
      this.#around.onSegmentDone(size);
    }
    return true;
  }

  async #replaySegment(path: string): Promise<boolean> {
    let position = 0;
    for await (const frames of readSegment(path)) {
      const done = this.#done.get(path) ?? 0;
      const fresh = frames.slice(Math.max(0, done - position));
      position += frames.length;
      if (!(await this.#offerFrames(path, fresh))) {
        return false;
      }
    }
    return true;
  }

  async #offerFrames(path: string, frames: readonly Frame[]): Promise<boolean> {
    for (let start = 0; start < frames.length; start += OFFERED_AT_ONCE) {
      const piece = frames.slice(start, start + OFFERED_AT_ONCE);
      const entries = piece.flatMap((frame) => (frame.kind === 'entry' ? [frame.entry] : []));
      const accepted = entries.length === 0 ? 0 : await this.#around.offer(entries);
      this.#around.onReplayed(accepted);
      const isWhole = accepted === entries.length;
      const finished = isWhole ? piece.length : countUpTo(piece, accepted);
      for (const frame of piece.slice(0, finished)) {
        if (frame.kind === 'corrupt') {
          await this.#putAside(frame);
        }
      }
      this.#done.set(path, (this.#done.get(path) ?? 0) + finished);
      if (!isWhole) {
        return false;
      }
    }
    return true;
  }

  /** Before the segment goes, its damaged bytes are on the disk elsewhere; a crash between leaves them in both places. */
  async #putAside(frame: CorruptFrame): Promise<void> {
    this.#around.onCorrupt(frame.costsEvent);
    await putAside(this.#around.spoolDir, frame.raw);
  }
}

/** Frames up to and with the `accepted`-th entry. */
function countUpTo(frames: readonly Frame[], accepted: number): number {
  let entries = 0;
  for (const [index, frame] of frames.entries()) {
    if (frame.kind === 'entry') {
      if (entries === accepted) {
        return index;
      }
      entries += 1;
    }
  }
  return frames.length;
}
