import { rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { runOutside } from '../../run-outside.ts';
import { removeIfEmpty } from '../../spool/adoption.ts';
import type { SpooledEntry } from '../../spool/frame.ts';
import { GroupCommit } from '../../spool/group-commit.ts';
import { describeOwner, type SpoolOwner } from '../../spool/owner.ts';
import type { OpenSegmentFile } from '../../spool/segment-file.ts';
import { toSegmentName } from '../../spool/segment-name.ts';
import { SegmentWriter } from '../../spool/segment-writer.ts';
import { SpoolDir } from '../../spool/spool-dir.ts';
import type { Warnings } from '../../warnings.ts';

const CLEAR_MS = 1000;
const TOUCH_MS = 15_000;

/** What a journal is made with. */
export interface JournalOptions {
  /** The folder of the client's spool. */
  readonly spoolDir: string;
  /** The name of the journal's folder in it; unique among processes. */
  readonly name: string;
  /** Names the queue the events are for. */
  readonly target: string;
  readonly guarantee: SpoolOwner['guarantee'];
  /** Bytes on disk above which nothing more is taken. */
  readonly maxBytes: number;
  readonly warnings: Warnings;
  /** How segments are opened; by default on the real disk. */
  readonly openFile?: OpenSegmentFile | undefined;
}

/**
 * Events that wait in memory, on disk: `<spool>/<name>/00000001.spool`, in the format of the spool.
 *
 * An event goes through: written (synced before `write` answers true), done (it is in its place, or given up). A segment
 * whose every event is done is removed. The process never reads what it wrote. When it dies, the folder's owner is dead,
 * and whoever looks after the spool adopts the folder and queues what is in it under the same ids; events that had been
 * handed on already are absorbed as duplicates. A crash at any line leaves files that say too much, never too little.
 */
export class EventJournal {
  readonly #folder: string;
  readonly #writer: SegmentWriter;
  readonly #commit: GroupCommit;
  /** Events of a segment that are not done. */
  readonly #open = new Map<number, number>();
  /** Bytes of each segment. */
  readonly #bytes = new Map<number, number>();
  #timer: NodeJS.Timeout | null = null;
  #touchedAt = 0;
  #isClearing = false;

  constructor(options: JournalOptions) {
    this.#folder = join(options.spoolDir, options.name);
    const spoolDir = new SpoolDir(options.spoolDir);
    const prepare = (): Promise<SpoolOwner> =>
      spoolDir.open().then(() => describeOwner(options.target, options.guarantee));
    this.#writer = new SegmentWriter(this.#folder, prepare, options.openFile);
    const warn = (condition: string) => (): void => options.warnings.warn(condition);
    this.#commit = new GroupCommit({
      write: async (batch) => {
        const position = await this.#writer.append(batch);
        this.#bytes.set(position.segment, (this.#bytes.get(position.segment) ?? 0) + batch.bytes.length);
        return position;
      },
      room: () => options.maxBytes - this.bytes,
      onWritten: () => this.#startClearing(),
      onFault: warn('the journal of events goes on in a new segment after a failed write'),
      onFailed: warn('the journal of events cannot be written, events are handed on at once'),
      onFull: warn('the journal of events is full, events are handed on at once'),
      now: () => performance.now(),
    });
  }

  /** Bytes on disk. */
  get bytes(): number {
    return [...this.#bytes.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Resolves with the segment of the entry once it is synced, or with null when the disk does not take it. Never rejects. */
  write(entry: SpooledEntry): Promise<number | null> {
    return new Promise((resolve) => {
      this.#commit.append({
        lane: entry.lane,
        line: entry.line,
        spooled: ({ segment }) => {
          this.#open.set(segment, (this.#open.get(segment) ?? 0) + 1);
          resolve(segment);
        },
        unspoolable: () => resolve(null),
      });
    });
  }

  /** An event of that segment needs its copy no more. */
  done(segment: number): void {
    this.#open.set(segment, (this.#open.get(segment) ?? 1) - 1);
  }

  /** Removes what is done now, instead of at the next round. Never rejects. */
  clear(): Promise<void> {
    return this.#clear(true);
  }

  /** Removes what is done, and the folder when that is all; what is not is left to whoever adopts it. Never rejects. */
  async close(): Promise<void> {
    clearInterval(this.#timer ?? undefined);
    this.#timer = null;
    await this.#clear(true);
    await this.#commit.exclusively(() => this.#writer.close());
    await removeIfEmpty(this.#folder);
  }

  #startClearing(): void {
    this.#timer ??= runOutside(() => setInterval(() => void this.#clear(false), CLEAR_MS).unref());
  }

  /** Removes the segments that are done, the one in use too when nothing in it is due. */
  async #clear(isNeeded: boolean): Promise<void> {
    if (this.#isClearing && !isNeeded) {
      return;
    }
    this.#isClearing = true;
    try {
      await this.#touch();
      const isIdle = [...this.#open.values()].every((open) => open === 0);
      const limit = await this.#commit.exclusively(() =>
        // Nothing was written since this was asked, or it counts as open again.
        isIdle ? this.#writer.rotate() : Promise.resolve(this.#writer.completeBelow),
      );
      for (const [segment, open] of this.#open) {
        if (open === 0 && segment < limit) {
          // Gone already when another process, wrongly, took us for dead.
          await rm(join(this.#folder, toSegmentName(segment)), { force: true });
          this.#open.delete(segment);
          this.#bytes.delete(segment);
        }
      }
    } catch {
      // The next round tries again; until then the files say too much, which costs duplicates after a crash.
    } finally {
      this.#isClearing = false;
      this.#stopWhenEmpty();
    }
  }

  #stopWhenEmpty(): void {
    if (this.#bytes.size === 0) {
      clearInterval(this.#timer ?? undefined);
      this.#timer = null;
    }
  }

  /** The sign of life for processes that cannot ask for our pid; see `isAbandoned`. */
  async #touch(): Promise<void> {
    const now = Date.now();
    if (now - this.#touchedAt >= TOUCH_MS) {
      this.#touchedAt = now;
      await utimes(join(this.#folder, 'owner.json'), now / 1000, now / 1000).catch(() => undefined);
    }
  }
}
