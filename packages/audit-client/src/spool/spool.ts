import { randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SpoolStats } from './spool-stats.ts';
import type { Warnings } from '../warnings.ts';
import { toErrorFacts } from '../warnings.ts';
import { adoptAbandoned, removeIfEmpty, touchOwners } from './adoption.ts';
import { GroupCommit, type SpoolCall } from './group-commit.ts';
import { describeOwner, type SpoolOwner } from './owner.ts';
import { Replay, type Offer } from './replay.ts';
import { listSegmentNames } from './segment-name.ts';
import type { OpenSegmentFile } from './segment-file.ts';
import { type FrameBatch, type FramePosition, SegmentWriter } from './segment-writer.ts';
import { openSpoolDir } from './spool-folder.ts';

const HOUSEKEEPING_MS = 15_000;
const REPLAY_PAUSE_MS = 250;

/** What a spool is made with. */
export interface SpoolOptions {
  readonly dir: string;
  /** Bytes on disk above which nothing more is taken; the folders adopted from dead processes count too. */
  readonly maxBytes: number;
  readonly producerId: string;
  /** Names the queue the events are for. */
  readonly target: string;
  readonly offer: Offer;
  /** An event that had a receipt is lost by damage of the disk. */
  readonly onCorrupt: () => void;
  /** How segments are opened; by default on the real disk. */
  readonly openFile?: OpenSegmentFile | undefined;
  /** Events may wait for a replay: `tick` is to be called. */
  readonly onWaiting: () => void;
  readonly warnings: Warnings;
  /** Milliseconds that never go back, for pauses. */
  readonly now: () => number;
  /** Milliseconds since 1970, for the times of files. */
  readonly wallClock: () => number;
}

/**
 * The overflow buffer on disk: `<dir>/<producer id>/00000001.spool`, appended and synced before a receipt is given.
 *
 * Whoever is alive replays: this process its own folder, and folders whose process died, taken over by a rename.
 * Guarantee: an event with the receipt `spooled` is in the queue at least once when its file is removed. Trade: the
 * order between events that went through the spool and those that did not is lost; `producer_seq` restores it.
 */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #writer: SegmentWriter;
  readonly #commit: GroupCommit;
  readonly #replay: Replay;
  readonly #folders: Set<string>;
  #owner: Promise<SpoolOwner> | null = null;
  #housekeeping: NodeJS.Timeout | null = null;
  #adoptions = 0;
  #bytes = 0;
  #replayed = 0;
  #corrupt = 0;
  #faults = 0;
  #isReplaying: Promise<void> | null = null;
  #replayNotBefore = 0;
  #isClosed = false;

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#folders = new Set([options.producerId]);
    this.#writer = new SegmentWriter(
      join(options.dir, options.producerId),
      () => this.#describeOwner(),
      options.openFile,
    );
    this.#commit = new GroupCommit({
      write: (batch) => this.#write(batch),
      room: () => options.maxBytes - this.#bytes,
      onWritten: (bytes) => {
        this.#bytes += bytes;
        this.#startHousekeeping();
        options.onWaiting();
      },
      onFault: (error) => this.#noteFault('audit spool goes on in a new segment after a failed write', error),
      onFailed: (error) => this.#noteFault('audit spool cannot be written, events wait in memory', error),
      onFull: () =>
        options.warnings.warn('audit spool is full, events wait in memory', {
          dir: options.dir,
          max_bytes: options.maxBytes,
        }),
      now: options.now,
    });
    this.#replay = new Replay({
      spoolDir: options.dir,
      offer: options.offer,
      onReplayed: (frames) => (this.#replayed += frames),
      onSegmentDone: (bytes) => (this.#bytes = Math.max(0, this.#bytes - bytes)),
      onCorrupt: (costsEvent) => {
        this.#corrupt += 1;
        if (costsEvent) {
          options.onCorrupt();
        }
        options.warnings.warn('audit spool is damaged, what cannot be read was put aside', { dir: options.dir });
      },
    });
  }

  get stats(): SpoolStats {
    return {
      bytes: this.#bytes,
      replayed: this.#replayed,
      corrupt: this.#corrupt,
      faults: this.#faults,
      adopted: this.#adoptions,
    };
  }

  /** Writes and syncs one entry, together with those that arrive meanwhile. */
  append(call: SpoolCall): void {
    this.#commit.append(call);
  }

  /** The queue answers: adopts what dead processes left, to be replayed by `tick`. Never rejects. */
  async queueAnswers(): Promise<void> {
    this.#startHousekeeping();
    await this.#keepHouse();
  }

  /** Called by the client's timer; answers whether events wait for a replay. */
  tick(now: number, isQueueReady: boolean): boolean {
    if (isQueueReady && this.#bytes > 0 && this.#isReplaying === null && now >= this.#replayNotBefore) {
      this.#startReplay();
    }
    return this.#bytes > 0 && isQueueReady;
  }

  /** Stops replaying, and removes the own folder when it is empty; what is left is adopted by whoever comes next. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#housekeeping ?? undefined);
    await this.#isReplaying;
    await this.#commit.exclusively(() => this.#writer.close());
    for (const name of this.#folders) {
      await removeIfEmpty(join(this.#options.dir, name));
    }
  }

  #describeOwner(): Promise<SpoolOwner> {
    this.#owner ??= describeOwner(this.#options.target);
    return this.#owner;
  }

  async #write(batch: FrameBatch): Promise<FramePosition> {
    await openSpoolDir(this.#options.dir);
    return this.#writer.append(batch);
  }

  #noteFault(condition: string, error: unknown): void {
    this.#faults += 1;
    this.#options.warnings.warn(condition, { dir: this.#options.dir, ...toErrorFacts(error) });
  }

  #startHousekeeping(): void {
    if (this.#housekeeping === null && !this.#isClosed) {
      this.#housekeeping = setInterval(() => void this.#keepHouse(), HOUSEKEEPING_MS).unref();
    }
  }

  async #keepHouse(): Promise<void> {
    const { dir, warnings, wallClock, producerId } = this.#options;
    try {
      await touchOwners(dir, this.#folders, wallClock());
      const owner = await this.#describeOwner();
      const toName = (): string => `${producerId}-${randomBytes(6).toString('hex')}`;
      const { adopted, foreign } = await adoptAbandoned(dir, { names: this.#folders, owner, toName, now: wallClock() });
      for (const name of adopted) {
        this.#folders.add(name);
        this.#adoptions += 1;
      }
      await this.#recount();
      if (foreign > 0) {
        warnings.warn('audit spool holds events of dead processes for another queue', { dir, folders: foreign });
      }
    } catch {
      // No such folder: nothing was ever spooled here. Any other fault shows at the next write, which reports it.
    }
    this.#options.onWaiting();
  }

  #startReplay(): void {
    if (!this.#isClosed) {
      this.#isReplaying = this.#replayAll()
        .then(() => this.#recount())
        .finally(() => {
          this.#isReplaying = null;
          this.#replayNotBefore = this.#options.now() + REPLAY_PAUSE_MS;
        });
    }
  }

  /**
   * Looks at the disk for what sums cannot know: failed writes leave bytes behind, others take or remove a folder. Counted
   * too low, segments would wait for the next process; too high, their room would be lost. Never rejects.
   */
  async #recount(): Promise<void> {
    const measure = async (): Promise<void> => {
      const sizes = [...this.#folders].map((name) => measureFolder(join(this.#options.dir, name)));
      this.#bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    };
    // A disk that cannot be read now is asked again; until then the sum stands.
    await this.#commit.exclusively(measure).catch(() => undefined);
  }

  async #replayAll(): Promise<void> {
    try {
      const limit = await this.#commit.exclusively(() => this.#writer.rotate());
      // Adopted folders are older than ours.
      for (const name of [...this.#folders].toReversed()) {
        const isOwn = name === this.#options.producerId;
        if (this.#isClosed || !(await this.#replay.replayFolder(name, isOwn ? limit : Number.POSITIVE_INFINITY))) {
          return;
        }
        if (!isOwn) {
          this.#folders.delete(name);
          await removeIfEmpty(join(this.#options.dir, name));
        }
      }
    } catch (error) {
      this.#options.warnings.warn('audit spool cannot be replayed, will retry', {
        dir: this.#options.dir,
        ...toErrorFacts(error),
      });
    }
  }
}

/** Bytes of the segments in a folder; none for a folder that is gone. */
async function measureFolder(folder: string): Promise<number> {
  try {
    const found = listSegmentNames(await readdir(folder)).map((name) => stat(join(folder, name)));
    return (await Promise.all(found)).reduce((sum, { size }) => sum + size, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return 0;
    }
    throw error;
  }
}
