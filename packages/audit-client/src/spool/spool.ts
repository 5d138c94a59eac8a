import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { crashPoint } from '../crash-point.ts';
import { adoptAbandoned, removeIfEmpty, touchOwners } from './adoption.ts';
import { ConfirmPace } from './confirm-pace.ts';
import { GroupCommit, type SpoolCall } from './group-commit.ts';
import { Keeper } from './keeper.ts';
import { measureFolder } from './measure-folder.ts';
import { describeOwner, type SpoolOwner } from './owner.ts';
import { Replay } from './replay.ts';
import { type FrameBatch, type FramePosition, SegmentWriter } from './segment-writer.ts';
import { SpoolDir } from './spool-dir.ts';
import type { CloseOptions, SpoolOptions } from './spool-options.ts';
import { SpoolReport } from './spool-report.ts';
import type { SpoolStats } from './spool-stats.ts';

const HOUSEKEEPING_MS = 15_000;
const ROUND_PAUSE_MS = 250;
const CLOSE_POLL_MS = 50;

/**
 * The overflow buffer on disk: `<dir>/<producer id>/00000001.spool`, appended and synced before a receipt is given.
 *
 * Whoever is alive replays: this process its own folder, and folders whose process died, taken over by a rename.
 * Guarantee: an event with the receipt `spooled` is in the queue at least once when its file is removed; in a folder of
 * the guarantee `strict` (see `Keeper`) it is in Postgres. Trade: the order between events that went through the spool
 * and those that did not is lost; `producer_seq` restores it.
 */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #writer: SegmentWriter;
  readonly #commit: GroupCommit;
  readonly #replay: Replay;
  readonly #keeper: Keeper;
  /** Our folders, and what was promised for their events. */
  readonly #folders: Map<string, SpoolOwner['guarantee']>;
  readonly #pace = new ConfirmPace();
  readonly #report: SpoolReport;
  #owner: Promise<SpoolOwner> | null = null;
  #housekeeping: NodeJS.Timeout | null = null;
  #bytes = 0;
  #round: Promise<void> | null = null;
  #roundNotBefore = 0;
  #isClosed = false;

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#report = new SpoolReport(options);
    this.#folders = new Map([[options.producerId, options.guarantee]]);
    const spoolDir = new SpoolDir(options.dir);
    this.#writer = new SegmentWriter(
      join(options.dir, options.producerId),
      () => spoolDir.open().then(() => this.#describeOwner()),
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
      onFault: (error) => this.#report.fault('audit spool goes on in a new segment after a failed write', error),
      onFailed: (error) => this.#report.fault('audit spool cannot be written, events wait in memory', error),
      onFull: () => this.#report.warn('audit spool is full, events wait in memory', { max_bytes: options.maxBytes }),
      now: options.now,
    });
    const around = {
      spoolDir: options.dir,
      offer: options.offer,
      now: options.now,
      onReplayed: (frames: number) => void (this.#report.replayed += frames),
      onConfirmed: (frames: number) => void (this.#report.confirmed += frames),
      onSegmentDone: (bytes: number) => void (this.#bytes = Math.max(0, this.#bytes - bytes)),
      onCorrupt: (costsEvent: boolean) => this.#report.damage(costsEvent),
      onError: (error: unknown) => this.#report.failed('audit spool cannot ask what Postgres has', error),
    };
    this.#replay = new Replay(around);
    this.#keeper = new Keeper({ ...around, findSettled: options.findSettled });
  }

  get stats(): SpoolStats {
    return { bytes: this.#bytes, ...this.#report.counts };
  }

  /** Events of the guarantee `strict` that Postgres was not seen to have; those of adopted segments count as one each. */
  get keptEvents(): number {
    return this.#keeper.keptEvents;
  }

  /** Writes and syncs one entry, together with those that arrive meanwhile. */
  append(call: SpoolCall): void {
    this.#commit.append(call);
  }

  /** The queue has not taken an entry of ours: it gets it with the next round. In a `durable` folder it does anyway. */
  offerLater(position: FramePosition): void {
    if (this.#options.guarantee === 'strict') {
      this.#keeper.offerLater(this.#options.producerId, position);
    }
  }

  /** The queue has lost what it had: it gets all that is kept and that Postgres does not have. */
  offerAgain(): void {
    this.#keeper.offerAll();
    this.#options.onWaiting();
  }

  /** The queue answers: adopts what dead processes left, to be replayed by `tick`. Never rejects. */
  async queueAnswers(): Promise<void> {
    this.#startHousekeeping();
    await this.#keepHouse();
  }

  /** Called by the client's timer; answers whether events wait for a replay. */
  tick(now: number, isQueueReady: boolean): boolean {
    if (isQueueReady && this.#bytes > 0 && this.#round === null && now >= this.#roundNotBefore && this.#isDue(now)) {
      this.#startRound();
    }
    return this.#bytes > 0 && isQueueReady;
  }

  /**
   * With the guarantee `strict`, waits up to `boundMs` until Postgres has what is kept, as long as it answers. Then stops,
   * and removes the own folder when it is empty; what is left is told, and adopted by whoever comes next.
   */
  async close({ boundMs, isQueueReady }: CloseOptions = { boundMs: 0, isQueueReady: () => false }): Promise<void> {
    const endAt = this.#options.now() + boundMs;
    while (isQueueReady() && this.#isWorthWaiting() && this.#options.now() < endAt) {
      this.#pace.askSoon();
      this.#startRound();
      await this.#round;
      await delay(CLOSE_POLL_MS);
    }
    this.#isClosed = true;
    clearInterval(this.#housekeeping ?? undefined);
    await this.#round;
    await this.#commit.exclusively(() => this.#writer.close());
    const folders = [...this.#folders.keys()].map((name) => join(this.#options.dir, name));
    for (const folder of folders) {
      await removeIfEmpty(folder);
    }
    if (this.#bytes > 0) {
      await this.#report.left(this.#options.guarantee, folders);
    }
  }

  #isWorthWaiting(): boolean {
    const { guarantee, findSettled } = this.#options;
    const canConfirm = findSettled !== null && this.#pace.isAnswered;
    return guarantee === 'strict' && canConfirm && this.#bytes > 0;
  }

  #isDue(now: number): boolean {
    const hasPlain = [...this.#folders.values()].includes('durable');
    return hasPlain || this.#keeper.hasOffers() || this.#pace.isDue(now);
  }

  #describeOwner(): Promise<SpoolOwner> {
    this.#owner ??= describeOwner(this.#options.target, this.#options.guarantee);
    return this.#owner;
  }

  async #write(batch: FrameBatch): Promise<FramePosition> {
    const position = await this.#writer.append(batch);
    crashPoint('after-spool');
    if (this.#options.guarantee === 'strict') {
      const last = { segment: position.segment, frame: position.frame + batch.frames - 1 };
      this.#keeper.written(this.#options.producerId, last);
    }
    return position;
  }

  #startHousekeeping(): void {
    if (this.#housekeeping === null && !this.#isClosed) {
      this.#housekeeping = setInterval(() => void this.#keepHouse(), HOUSEKEEPING_MS).unref();
    }
  }

  async #keepHouse(): Promise<void> {
    const { dir, wallClock, producerId, guarantee, findSettled } = this.#options;
    try {
      const names = new Set(this.#folders.keys());
      await touchOwners(dir, names, wallClock());
      const { adopted, foreign } = await adoptAbandoned(dir, {
        names,
        owner: await this.#describeOwner(),
        canKeep: guarantee === 'strict' || findSettled !== null,
        toName: () => `${producerId}-${randomBytes(6).toString('hex')}`,
        now: wallClock(),
      });
      for (const folder of adopted) {
        this.#folders.set(folder.name, folder.guarantee);
        this.#report.adopted += 1;
        this.#pace.askSoon();
      }
      await this.#recount();
      if (foreign > 0) {
        this.#report.warn('audit spool holds events of dead processes for another queue', { folders: foreign });
      }
    } catch {
      // No such folder: nothing was ever spooled here. Any other fault shows at the next write, which reports it.
    }
    this.#options.onWaiting();
  }

  #startRound(): void {
    if (!this.#isClosed && this.#round === null) {
      this.#round = this.#runRound()
        .then(() => this.#recount())
        .finally(() => {
          this.#round = null;
          this.#roundNotBefore = this.#options.now() + ROUND_PAUSE_MS;
        });
    }
  }

  /**
   * Looks at the disk for what sums cannot know: failed writes leave bytes behind, others take or remove a folder. Counted
   * too low, segments would wait for the next process; too high, their room would be lost. Never rejects.
   */
  async #recount(): Promise<void> {
    const measure = async (): Promise<void> => {
      const sizes = [...this.#folders.keys()].map((name) => measureFolder(join(this.#options.dir, name)));
      this.#bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    };
    // A disk that cannot be read now is asked again; until then the sum stands.
    await this.#commit.exclusively(measure).catch(() => undefined);
  }

  async #runRound(): Promise<void> {
    try {
      const ownLimit = await this.#toLimit();
      const limitOf = (name: string): number =>
        name === this.#options.producerId ? ownLimit : Number.POSITIVE_INFINITY;
      if (await this.#offerAll(limitOf)) {
        await this.#confirmAll(limitOf);
      }
    } catch (error) {
      this.#report.failed('audit spool cannot be replayed, will retry', error);
    }
  }

  /** Which of our own segments can be read: all when the one in use is ended now, else those before it. */
  #toLimit(): Promise<number> {
    const isDue =
      this.#options.guarantee === 'durable' || this.#keeper.hasOffers() || this.#pace.isDue(this.#options.now());
    return this.#commit.exclusively(() =>
      isDue ? this.#writer.rotate() : Promise.resolve(this.#writer.completeBelow),
    );
  }

  /** Offers what the queue has still to get; adopted folders first, which are older. False when it took no more. */
  async #offerAll(limitOf: (name: string) => number): Promise<boolean> {
    for (const [name, guarantee] of [...this.#folders].toReversed()) {
      const reader = guarantee === 'strict' ? this.#keeper : this.#replay;
      if (this.#isClosed || !(await reader.offerFolder(name, limitOf(name)))) {
        return false;
      }
      if (guarantee === 'durable') {
        await this.#leave(name);
      }
    }
    return true;
  }

  async #confirmAll(limitOf: (name: string) => number): Promise<void> {
    if (!this.#pace.isDue(this.#options.now())) {
      return;
    }
    const before = this.#report.confirmed;
    try {
      for (const [name, guarantee] of [...this.#folders].toReversed()) {
        if (
          guarantee === 'strict' &&
          !this.#isClosed &&
          (await this.#keeper.confirmFolder(name, limitOf(name))) === 0
        ) {
          await this.#leave(name);
        }
      }
      this.#pace.answered(this.#options.now(), this.#report.confirmed > before);
    } catch (error) {
      this.#pace.failed(this.#options.now());
      this.#report.failed('audit spool cannot ask what Postgres has', error);
    }
  }

  /** An adopted folder is done. */
  async #leave(name: string): Promise<void> {
    if (name !== this.#options.producerId) {
      this.#folders.delete(name);
      this.#keeper.forget(name);
      await removeIfEmpty(join(this.#options.dir, name));
    }
  }
}
