import { EntryFifo } from './entry-fifo.ts';
import type { LaneEntry, RefusalCause } from './lane-entry.ts';
import type { Push, PushOutcome } from './push.ts';
import type { GateState } from './redis-gate.ts';

const MAX_PUSH_ENTRIES = 256;
const MAX_PUSH_BYTES = 1_000_000;
/** A push is given up when the connection's own timeout should have ended it a second ago. */
const STUCK_PUSH_MS = 3000;
const FIRST_PAUSE_MS = 20;
const MAX_PAUSE_MS = 500;
const MAX_UNKNOWN_PUSHES = 2;

/** What a lane needs from the client around it. */
export interface LaneSurroundings {
  readonly push: Push;
  readonly gateState: () => GateState;
  /** Pushes get no answer, although the connection is up. */
  readonly onSilence: () => void;
  /** A push failed; for the log. */
  readonly onError: (error: unknown) => void;
  readonly now: () => number;
}

/**
 * One lane of the queue, seen from the producer: a corked micro-batch.
 *
 * Entries of one event-loop turn go together, at the end of the turn (`setImmediate`, no timer). At most one push is in
 * flight; what arrives meanwhile goes in the next one, so batches grow with the load by themselves. Entries leave the
 * lane in one of three ways: accepted by Redis, refused and handed to the overflow policy, or expired. Those whose
 * policy says `keep` stay at the front, in order, and are tried again after a pause that doubles from 20 to 500 ms.
 *
 * A push without an answer is repeated once with the same ids when Redis is connected; the second silence closes the
 * gate and hands the entries to the policy. A crash at any line loses only entries that have no receipt.
 */
export class ProducerLane {
  readonly #around: LaneSurroundings;
  readonly #waiting = new EntryFifo();
  #isScheduled = false;
  /** The push in flight; replaced when it is given up, so that its late answer is not taken for the next one's. */
  #flight: { readonly entries: readonly LaneEntry[]; readonly startedAt: number } | null = null;
  #pauseMs = 0;
  #pausedUntil = 0;
  #lastCause: RefusalCause = 'redis_away';

  constructor(around: LaneSurroundings) {
    this.#around = around;
  }

  /** Entries that wait for a push; the ones in flight are not counted. */
  get length(): number {
    return this.#waiting.length;
  }

  add(entry: LaneEntry): void {
    this.#waiting.push(entry);
    this.#schedule();
  }

  /** The gate changed: waiting entries are pushed, or refused. */
  wake(): void {
    this.#pausedUntil = 0;
    this.#schedule();
  }

  /** Called by the client's timer: ends pauses, stuck pushes and overdue entries. Answers whether anything is under way. */
  tick(now: number): boolean {
    const flight = this.#flight;
    if (flight !== null && now - flight.startedAt > STUCK_PUSH_MS) {
      this.#settle(flight.entries, { kind: 'unknown', error: new Error('the push was given up without an answer') });
    }
    for (const entry of this.#waiting.takeIf((waiting) => waiting.deadlineAt <= now)) {
      entry.expired(this.#lastCause);
    }
    if (this.#waiting.length > 0) {
      this.#schedule();
    }
    return this.#waiting.length > 0 || this.#flight !== null;
  }

  #schedule(): void {
    if (!this.#isScheduled && this.#flight === null && this.#around.now() >= this.#pausedUntil) {
      this.#isScheduled = true;
      setImmediate(this.#startPush);
    }
  }

  readonly #startPush = (): void => {
    this.#isScheduled = false;
    const state = this.#around.gateState();
    if (this.#flight !== null || this.#waiting.length === 0 || state === 'connecting') {
      return;
    }
    if (state === 'away') {
      this.#refuse(
        this.#waiting.takeIf(() => true),
        'redis_away',
      );
      return;
    }
    this.#push(this.#waiting.takeChunk(MAX_PUSH_ENTRIES, MAX_PUSH_BYTES)).catch(this.#around.onError);
  };

  async #push(entries: readonly LaneEntry[]): Promise<void> {
    for (const entry of entries) {
      entry.attempts += 1;
    }
    const flight = { entries, startedAt: this.#around.now() };
    this.#flight = flight;
    const outcome = await this.#around.push(entries);
    if (this.#flight === flight) {
      this.#settle(entries, outcome);
    }
  }

  #settle(entries: readonly LaneEntry[], outcome: PushOutcome): void {
    this.#flight = null;
    switch (outcome.kind) {
      case 'answered':
        this.#takeAnswer(entries, outcome.accepted);
        break;
      case 'refused':
        this.#around.onError(outcome.error);
        this.#refuse(entries, 'redis_away');
        break;
      case 'unknown':
        this.#around.onError(outcome.error);
        this.#repeatOrRefuse(entries);
        break;
    }
    if (this.#waiting.length > 0) {
      this.#schedule();
    }
  }

  #takeAnswer(entries: readonly LaneEntry[], accepted: number): void {
    for (const entry of entries.slice(0, accepted)) {
      entry.accepted();
    }
    if (accepted > 0) {
      this.#pauseMs = 0;
    }
    if (accepted < entries.length) {
      this.#refuse(entries.slice(accepted), 'queue_full');
    }
  }

  #repeatOrRefuse(entries: readonly LaneEntry[]): void {
    const isFirstSilence = (entries[0]?.attempts ?? 0) < MAX_UNKNOWN_PUSHES;
    if (isFirstSilence && this.#around.gateState() !== 'away') {
      this.#waiting.unshift(entries);
      return;
    }
    this.#around.onSilence();
    this.#refuse(entries, 'redis_away');
  }

  #refuse(entries: readonly LaneEntry[], cause: RefusalCause): void {
    this.#lastCause = cause;
    const kept = entries.filter((entry) => entry.refused(cause) === 'keep');
    if (kept.length > 0) {
      this.#waiting.unshift(kept);
      this.#pauseMs = Math.min(Math.max(this.#pauseMs * 2, FIRST_PAUSE_MS), MAX_PAUSE_MS);
      this.#pausedUntil = this.#around.now() + this.#pauseMs;
    }
  }
}
