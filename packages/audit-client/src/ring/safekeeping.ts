import {
  type Enqueued,
  type Lane,
  type LastPush,
  type ProducerPush,
  type PushStream,
  type SentEntries,
  takeFirst,
  toLines,
} from '@auditlane/queue';
import type { PushOutcome } from '../lanes/push.ts';
import type { NextTick } from '../ticker.ts';
import { type DueChunk, toBytes } from './due-pushes.ts';
import { type Loss, PUSH_STREAMS, PushMarks } from './push-marks.ts';
import { Replay } from './replay.ts';
import type { RetainedPush, Retention } from './retention.ts';
import type { RingStats } from './ring-stats.ts';

const VERIFY_MS = 5000;
const RETRY_MS = 1000;
const CLOSE_POLL_MS = 20;

/** What safekeeping needs from the client around it. */
export interface SafekeepingSurroundings {
  readonly retention: Retention;
  /** Name of the producer; another one after the process was copied. */
  readonly producerId: () => string;
  readonly givenUp: () => number;
  readonly isReady: () => boolean;
  readonly askMarks: (producerId: string) => Promise<LastPush>;
  /** Pushes in the stream `replay`; total. */
  readonly pushAgain: (chunk: DueChunk) => Promise<PushOutcome>;
  /** A loss was found, and so many events of it are due from now on. Called before the answer that showed it has receipts. */
  readonly onLoss: (cause: Loss['cause'], events: number) => void;
  /** Redis could not be asked, or did not take a replay; for the log. */
  readonly onError: (error: unknown) => void;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** The entries of an answered push. */
export interface PushedEntries {
  readonly lane: Lane;
  readonly entries: SentEntries;
  /** UTF-8 bytes of the entries. */
  readonly bytes: number;
}

/**
 * What stands behind a receipt `queued`: the pushes that Redis acknowledged are kept for a while, and pushed again when
 * it turns out to have lost them.
 *
 * Whether it has is compared with each answer, at each connection, and every 5 s (by a clock that may tick once a second)
 * while there is something to compare and no traffic. A crash of this process loses what it keeps; what Redis has is not
 * touched by that.
 */
export class Safekeeping {
  readonly #around: SafekeepingSurroundings;
  readonly #replay: Replay;
  #marks = new PushMarks();
  #producerId: string;
  #asking: Promise<void> | null = null;
  #askedAt = Number.NEGATIVE_INFINITY;
  #isUnverified = false;
  #losses = 0;

  constructor(around: SafekeepingSurroundings) {
    this.#around = around;
    this.#producerId = around.producerId();
    this.#replay = new Replay({
      ...around,
      push: around.pushAgain,
      onDue: (bytes) => around.retention.reserve(bytes),
    });
  }

  get stats(): RingStats {
    const { events, bytes } = this.#around.retention;
    return { events, bytes, due: this.#replay.due.events, replayed: this.#replay.replayed, losses: this.#losses };
  }

  /** Events that Redis acknowledged and might have lost, since it went away and was not seen whole after that. */
  get unverifiedEvents(): number {
    return this.#isUnverified ? this.#around.retention.events : 0;
  }

  /** Numbers the next push of a stream. */
  begin(stream: PushStream): ProducerPush {
    this.#startAnewAfterFork();
    const { push, marked } = this.#marks.next(stream);
    return { id: this.#producerId, stream, push, marked, givenUp: this.#around.givenUp() };
  }

  /** Takes the answer to a push, before its entries have receipts. */
  answered(push: ProducerPush, answer: Enqueued, { lane, entries, bytes }: PushedEntries): void {
    if (push.id !== this.#producerId) {
      return;
    }
    const loss = this.#marks.answered(push, answer);
    if (loss !== null) {
      this.#takeLoss(loss);
      // One answer may show the loss of its own stream alone.
      this.#isUnverified = true;
      void this.#ask();
    }
    const now = this.#around.now();
    if (answer.accepted > 0) {
      const isWhole = answer.accepted === entries.count;
      const taken = isWhole ? entries : takeFirst(entries, answer.accepted);
      this.#around.retention.keep({
        stream: push.stream,
        number: push.push,
        lane,
        entries: taken,
        bytes: isWhole ? bytes : toBytes(toLines(taken)),
        acknowledgedAt: now,
      });
    }
    if (!this.#isUnverified) {
      this.#askedAt = now;
      this.#around.retention.verified(now);
    }
  }

  /** The connection is made, or made again: asks at once, since this may be another server or an older state. */
  connected(): void {
    void this.#ask();
  }

  /** The connection is lost. */
  disconnected(): void {
    this.#isUnverified = true;
  }

  /** Called by the client's timer; answers when it must be called again. */
  tick(now: number): NextTick {
    const isKeeping = this.#around.retention.events > 0;
    const everyMs = this.#isUnverified ? RETRY_MS : VERIFY_MS;
    if (isKeeping && now - this.#askedAt >= everyMs && this.#around.isReady()) {
      void this.#ask();
    }
    this.#replay.tick(now);
    if (this.#replay.due.events > 0) {
      return 'soon';
    }
    return isKeeping ? 'later' : 'none';
  }

  /**
   * Asks a last time, and waits up to `boundMs` until everything that is due was pushed again. Answers how many events
   * were not. Never rejects.
   */
  async close(boundMs: number): Promise<number> {
    if (this.#around.retention.events > 0 && this.#around.isReady()) {
      await this.#ask();
    }
    const endAt = this.#around.now() + boundMs;
    while (this.#replay.due.events > 0 && this.#around.now() < endAt) {
      this.#replay.tick(this.#around.now());
      await this.#around.sleep(CLOSE_POLL_MS);
    }
    return this.#replay.due.events;
  }

  /** Never rejects; joins the question under way. */
  #ask(): Promise<void> {
    this.#askedAt = this.#around.now();
    this.#asking ??= this.#compareMarks()
      .catch(this.#around.onError)
      .finally(() => {
        this.#asking = null;
      });
    return this.#asking;
  }

  async #compareMarks(): Promise<void> {
    this.#startAnewAfterFork();
    const marks = this.#marks;
    const question = marks.ask();
    const found = await this.#around.askMarks(this.#producerId);
    if (marks === this.#marks) {
      this.#takeLoss(marks.verified(question, found));
      this.#isUnverified = false;
      this.#around.retention.verified(this.#around.now());
    }
  }

  #takeLoss(loss: Loss | null): void {
    if (loss === null) {
      return;
    }
    const lost = PUSH_STREAMS.flatMap((stream) => this.#takeLost(stream, loss.lostAfter[stream]));
    const events = lost.reduce((sum, push) => sum + push.lines.length, 0);
    this.#replay.add(lost);
    // Not so when a mark was removed that had nothing of ours under it: an idle producer was forgotten, not an event.
    if (events > 0 || loss.cause === 'other_data_set') {
      this.#losses += 1;
      this.#around.onLoss(loss.cause, events);
    }
  }

  #takeLost(stream: PushStream, lostAfter: number | undefined): readonly RetainedPush[] {
    return lostAfter === undefined ? [] : this.#around.retention.takeAfter(stream, lostAfter);
  }

  /** Under another name nothing was pushed yet: what was copied with the process is kept where it came from. */
  #startAnewAfterFork(): void {
    const id = this.#around.producerId();
    if (id === this.#producerId) {
      return;
    }
    this.#producerId = id;
    this.#marks = new PushMarks();
    for (const stream of PUSH_STREAMS) {
      this.#around.retention.takeAfter(stream, 0);
    }
  }
}
