import { readdir, stat, unlink } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { type CorruptFrame, putAside } from './corrupt-frames.ts';
import { toEntryId } from './entry-id.ts';
import type { SpooledEntry } from './frame.ts';
import { KeptSegment } from './kept-segment.ts';
import type { Offer } from './replay.ts';
import { listSegmentNames, toSegmentName } from './segment-name.ts';
import { readSegment } from './segment-reader.ts';
import type { FramePosition } from './segment-writer.ts';

/** Answers which of these ids need no copy here any more: stored, or dead letters. Rejects when it cannot know. */
export type FindSettled = (ids: readonly string[]) => Promise<ReadonlySet<string>>;

/** What a keeper needs from the spool around it. */
export interface KeeperSurroundings {
  readonly spoolDir: string;
  readonly offer: Offer;
  /** Null without a database: then nothing is ever confirmed. */
  readonly findSettled: FindSettled | null;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  readonly onReplayed: (frames: number) => void;
  readonly onConfirmed: (frames: number) => void;
  readonly onSegmentDone: (bytes: number) => void;
  readonly onCorrupt: (costsEvent: boolean) => void;
  /** Postgres or Redis could not be asked; for the log. */
  readonly onError: (error: unknown) => void;
}

const OFFERED_AT_ONCE = 256;
const ASKED_AT_ONCE = 1000;
/** Segments that are looked into although an earlier one still waits: one event that hangs does not hold up all others. */
const MAX_STUCK = 4;
/**
 * An event that waits this long after later ones of its segment are settled may have been removed from Redis by hand,
 * which nothing else notices: it is offered again. A slow drain of a long backlog may cause that, too, and costs a
 * second copy that the store absorbs.
 */
const OVERTAKEN_MS = 300_000;

/** Entries of a segment with the number of their frame. */
interface NumberedEntry extends SpooledEntry {
  readonly frame: number;
}

/**
 * Keeps segments until Postgres has every event in them.
 *
 * A segment goes through: written (and pushed to the queue by the calls themselves), offered (only the frames that the
 * queue did not take, or may have lost), confirmed (from its front), removed. Guarantee: a segment is removed only when
 * each of its events with a receipt is a row or a dead letter. A crash at any line leaves the files: whoever adopts them
 * asks Postgres about all, and offers what it does not have.
 */
export class Keeper {
  readonly #around: KeeperSurroundings;
  readonly #segments = new Map<string, KeptSegment>();

  constructor(around: KeeperSurroundings) {
    this.#around = around;
  }

  /** Events that are not confirmed; a segment of which the number is not known counts as one. */
  get keptEvents(): number {
    const counts = [...this.#segments.values()].map(({ frames, confirmed }) =>
      Number.isFinite(frames) ? frames - confirmed : 1,
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** A frame of ours is on the disk. */
  written(folder: string, { segment, frame }: FramePosition): void {
    const kept = this.#find(join(folder, toSegmentName(segment)), true);
    kept.frames = Math.max(kept.frames, frame + 1);
  }

  /** The queue did not take a frame of ours, and shall get it later. */
  offerLater(folder: string, { segment, frame }: FramePosition): void {
    this.#find(join(folder, toSegmentName(segment)), true).offerLater(frame);
  }

  /** The queue may have lost everything. */
  offerAll(): void {
    for (const segment of this.#segments.values()) {
      segment.offerAll();
    }
  }

  /** Whether a segment waits for the queue. */
  hasOffers(): boolean {
    return [...this.#segments.values()].some((segment) => segment.hasOffer);
  }

  /** Offers what is due of the complete segments of a folder, oldest first. False when the queue took no more. */
  async offerFolder(folder: string, limit: number): Promise<boolean> {
    for (const path of await this.#list(folder, limit)) {
      if (!(await this.#offerSegment(path))) {
        return false;
      }
    }
    return true;
  }

  /** Removes the complete segments of a folder whose every event is settled. Answers how many are left. */
  async confirmFolder(folder: string, limit: number): Promise<number> {
    const paths = await this.#list(folder, limit);
    const { findSettled } = this.#around;
    let removed = 0;
    for (const [index, path] of paths.entries()) {
      const segment = this.#find(path, false);
      if (findSettled === null || index - removed >= MAX_STUCK) {
        break;
      }
      if (!segment.hasOffer && (await this.#confirmSegment(path, segment, findSettled))) {
        removed += 1;
      }
    }
    return paths.length - removed;
  }

  /** A folder is no longer ours to look after. */
  forget(folder: string): void {
    for (const path of this.#segments.keys()) {
      if (path.startsWith(join(folder, sep))) {
        this.#segments.delete(path);
      }
    }
  }

  async #list(folder: string, limit: number): Promise<readonly string[]> {
    const names = listSegmentNames(await readdir(join(this.#around.spoolDir, folder)).catch(() => []));
    return names.filter((name) => Number.parseInt(name, 10) < limit).map((name) => join(folder, name));
  }

  #find(path: string, isOurs: boolean): KeptSegment {
    const known = this.#segments.get(path);
    if (known !== undefined) {
      return known;
    }
    const found = new KeptSegment(isOurs);
    this.#segments.set(path, found);
    return found;
  }

  async #offerSegment(path: string): Promise<boolean> {
    const segment = this.#find(path, false);
    const range = segment.takeOffer();
    if (range === null) {
      return true;
    }
    try {
      for await (const entries of this.#read(path, { from: range.from, to: range.to, atOnce: OFFERED_AT_ONCE })) {
        const missing = range.isDoubtful ? await this.#withoutSettled(entries) : entries;
        const accepted = missing.length === 0 ? 0 : await this.#around.offer(missing);
        this.#around.onReplayed(accepted);
        const first = missing[accepted];
        if (first !== undefined) {
          segment.giveBack(range, first.frame);
          return false;
        }
      }
      return true;
    } catch (error) {
      segment.giveBack(range, range.from);
      throw error;
    }
  }

  /** Asking saves the queue what is stored already; when nobody answers, all is offered, and the ids keep it harmless. */
  async #withoutSettled(entries: readonly NumberedEntry[]): Promise<readonly NumberedEntry[]> {
    const settled = await this.#around.findSettled?.(toIds(entries)).catch((error: unknown) => {
      this.#around.onError(error);
      return new Set<string>();
    });
    return settled === undefined ? entries : entries.filter(({ line }) => !settled.has(toEntryId(line) ?? ''));
  }

  async #confirmSegment(path: string, segment: KeptSegment, findSettled: FindSettled): Promise<boolean> {
    const corrupt: CorruptFrame[] = [];
    const wanted = { from: segment.confirmed, to: segment.frames - 1, atOnce: ASKED_AT_ONCE, corrupt };
    for await (const entries of this.#read(path, wanted)) {
      const settled = await findSettled(toIds(entries));
      // A line without an id was offered, and nobody can be asked about it.
      const open = entries.find(({ line }) => !settled.has(toEntryId(line) ?? '') && toEntryId(line) !== null);
      const end = open?.frame ?? (entries.at(-1)?.frame ?? segment.confirmed) + 1;
      segment.overtakenSince = end > segment.confirmed ? null : segment.overtakenSince;
      this.#around.onConfirmed(end - segment.confirmed);
      segment.confirmed = end;
      if (open !== undefined) {
        this.#judgeOvertaken(segment, settled.size > entries.indexOf(open));
        return false;
      }
    }
    // Marked again while it was being read: Redis may have lost what was asked about, but Postgres has it.
    await this.#remove(path, segment, corrupt);
    return true;
  }

  #judgeOvertaken(segment: KeptSegment, isOvertaken: boolean): void {
    const now = this.#around.now();
    segment.overtakenSince = isOvertaken ? (segment.overtakenSince ?? now) : null;
    if (segment.overtakenSince !== null && now - segment.overtakenSince >= OVERTAKEN_MS) {
      segment.overtakenSince = now;
      segment.offerAll();
    }
  }

  async #remove(path: string, segment: KeptSegment, corrupt: readonly CorruptFrame[]): Promise<void> {
    const file = join(this.#around.spoolDir, path);
    for (const frame of corrupt) {
      // A frame of ours that cannot be read was given to Redis all the same; of another's that is not known.
      this.#around.onCorrupt(frame.costsEvent && segment.frames === Number.POSITIVE_INFINITY);
      await putAside(this.#around.spoolDir, frame.raw);
    }
    const { size } = await stat(file);
    await unlink(file);
    this.#segments.delete(path);
    this.#around.onSegmentDone(size);
  }

  /**
   * The entries of some frames, a few at a time. A damaged piece takes the number of a frame; since one frame may fall into
   * two such pieces, numbers behind damage may be too high, and the upper end counts no more.
   */
  async *#read(
    path: string,
    wanted: { readonly from: number; readonly to: number; readonly atOnce: number; readonly corrupt?: CorruptFrame[] },
  ): AsyncGenerator<readonly NumberedEntry[], void, void> {
    let number = -1;
    let to = wanted.to;
    let entries: NumberedEntry[] = [];
    for await (const frames of readSegment(join(this.#around.spoolDir, path))) {
      for (const frame of frames) {
        if (frame.kind === 'corrupt') {
          number += frame.costsEvent ? 1 : 0;
          to = frame.costsEvent ? Number.POSITIVE_INFINITY : to;
          wanted.corrupt?.push(frame);
          continue;
        }
        number += 1;
        if (number >= wanted.from && number <= to) {
          entries.push({ ...frame.entry, frame: number });
        }
        if (entries.length === wanted.atOnce) {
          yield entries;
          entries = [];
        }
      }
    }
    if (entries.length > 0) {
      yield entries;
    }
  }
}

function toIds(entries: readonly NumberedEntry[]): readonly string[] {
  return entries.flatMap(({ line }) => toEntryId(line) ?? []);
}
