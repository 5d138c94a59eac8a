import type { Lane } from '@auditlane/queue';
import type { PushOutcome } from '../lanes/push.ts';
import { DuePushes, type DueChunk } from './due-pushes.ts';
import type { RetainedPush } from './retention.ts';

const MAX_PUSH_LINES = 256;
const MAX_PUSH_BYTES = 1_000_000;
/** After a full queue or a failure. */
const PAUSE_MS = 250;
/** Fresh events get at least as much of Redis' time as the replay, up to this long after each of its pushes. */
const MAX_BREATH_MS = 50;

/** What a replay needs from the client around it. */
export interface ReplaySurroundings {
  /** Pushes in the stream `replay`; total. What Redis takes is kept as a new push. */
  readonly push: (chunk: DueChunk) => Promise<PushOutcome>;
  readonly isReady: () => boolean;
  /** So many bytes are held here; those of a push under way are left out, since they come back by way of its answer. */
  readonly onDue: (bytes: number) => void;
  readonly onError: (error: unknown) => void;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/**
 * Pushes again what Redis has lost: urgent before main, one push at a time, with a breath after each, below the same
 * capacity as all others. Those that find the queue full wait here: a receipt was given for them, and they are the only
 * copy. A push without an answer is repeated; the ids make the second copies harmless.
 */
export class Replay {
  readonly #around: ReplaySurroundings;
  readonly #due = new DuePushes();
  #run: Promise<void> | null = null;
  #notBefore = 0;
  #replayed = 0;

  constructor(around: ReplaySurroundings) {
    this.#around = around;
  }

  /** Number and UTF-8 bytes of the events that are still to be pushed again. */
  get due(): { readonly events: number; readonly bytes: number } {
    return { events: this.#due.events, bytes: this.#due.bytes };
  }

  /** Events pushed again so far. */
  get replayed(): number {
    return this.#replayed;
  }

  add(pushes: readonly RetainedPush[]): void {
    this.#due.add(pushes);
    this.#around.onDue(this.#due.bytes);
  }

  /** Called by the client's timer. */
  tick(now: number): void {
    if (this.#due.events > 0 && this.#run === null && now >= this.#notBefore && this.#around.isReady()) {
      this.#run = this.#replayAll()
        .catch(this.#around.onError)
        .finally(() => {
          this.#run = null;
          this.#notBefore = this.#around.now() + PAUSE_MS;
        });
    }
  }

  async #replayAll(): Promise<void> {
    for (const lane of ['urgent', 'main'] as const) {
      while (this.#around.isReady() && (await this.#pushChunk(lane))) {
        // The next chunk.
      }
    }
  }

  /** Answers whether to go on with this lane. */
  async #pushChunk(lane: Lane): Promise<boolean> {
    const chunk = this.#due.chunk(lane, MAX_PUSH_LINES, MAX_PUSH_BYTES);
    if (chunk === null) {
      return false;
    }
    const startedAt = this.#around.now();
    this.#around.onDue(this.#due.bytes - chunk.bytes);
    const outcome = await this.#around.push(chunk);
    if (outcome.kind === 'answered') {
      this.#due.remove(lane, outcome.accepted);
      this.#replayed += outcome.accepted;
    }
    this.#around.onDue(this.#due.bytes);
    if (outcome.kind !== 'answered') {
      this.#around.onError(outcome.error);
      return false;
    }
    await this.#around.sleep(Math.min(this.#around.now() - startedAt, MAX_BREATH_MS));
    return outcome.accepted === chunk.lines.length;
  }
}
