import type { Lane } from '@auditlane/queue';
import { crashPoint } from '../crash-point.ts';
import type { CommitCall } from '../critical/commits.ts';
import type { LaneEntry, RefusalCause } from '../lanes/lane-entry.ts';
import type { AcceptedStatus } from '../receipt.ts';
import type { SpoolCall } from '../spool/group-commit.ts';
import type { FramePosition } from '../spool/segment-writer.ts';

/** How a call ended: where its event is, or the cause for which it is nowhere. */
export type CallOutcome = AcceptedStatus | RefusalCause | 'dropped';

/** Decides where an event goes, and where next when a place did not take it. */
export interface Route {
  /** It is admitted; `isCrowded`: the buffer of the queue is full, so the lane is left out. */
  start(call: Call, isCrowded: boolean): void;
  /** Redis has it. */
  accepted(call: Call): void;
  /** It is on the disk. */
  spooled(call: Call, position: FramePosition): void;
  /** The lane did not place it. */
  refused(call: Call, cause: RefusalCause): 'keep' | 'gone';
  /** It has waited in the lane until its deadline and is no longer there. */
  expired(call: Call, cause: RefusalCause): void;
  /** The spool did not take it. */
  unspoolable(call: Call): void;
  /** Postgres did not take it. */
  uncommitted(call: Call, error: unknown): void;
}

/** The encoded event of a call. */
export interface Admitted {
  readonly id: string;
  readonly lane: Lane;
  readonly line: string;
  readonly bytes: number;
}

/** What a call is started with. */
export interface CallOptions {
  readonly route: Route;
  /** When the first place must have taken it; milliseconds of the client's clock. */
  readonly deadlineAt: number;
  /** The flush that waits for it; see `PendingCalls`. */
  readonly epoch: number;
  /** Called exactly once. */
  readonly settle: (call: Call, outcome: CallOutcome, error?: unknown) => void;
}

/**
 * One event on its way from the call to its receipt. It is in one place at a time, a lane, the spool, or a commit; with the
 * guarantee `strict` in lane and spool at once.
 */
export class Call implements LaneEntry, SpoolCall, CommitCall {
  readonly id: string;
  readonly lane: Lane;
  readonly line: string;
  readonly bytes: number;
  readonly epoch: number;
  deadlineAt: number;
  attempts = 0;
  /** The cause of the last refusal, which becomes the reason if no place takes it in time. */
  cause: RefusalCause = 'redis_away';
  isUnspoolable = false;
  isUncommittable = false;
  /** For the guarantee `strict`: what its two places have said so far, and whether both have it. */
  isQueued = false;
  isRefused = false;
  position: FramePosition | null = null;
  hasTwoCopies = false;
  readonly #route: Route;
  readonly #settle: CallOptions['settle'];

  constructor(event: Admitted, options: CallOptions) {
    this.id = event.id;
    this.lane = event.lane;
    this.line = event.line;
    this.bytes = event.bytes;
    this.epoch = options.epoch;
    this.deadlineAt = options.deadlineAt;
    this.#route = options.route;
    this.#settle = options.settle;
  }

  settle(outcome: CallOutcome, error?: unknown): void {
    this.#settle(this, outcome, error);
  }

  accepted(): void {
    crashPoint('after-enqueue');
    this.#route.accepted(this);
  }

  refused(cause: RefusalCause): 'keep' | 'gone' {
    this.cause = cause;
    return this.#route.refused(this, cause);
  }

  expired(cause: RefusalCause): void {
    this.cause = cause;
    this.#route.expired(this, cause);
  }

  spooled(position: FramePosition): void {
    this.#route.spooled(this, position);
  }

  unspoolable(): void {
    this.isUnspoolable = true;
    this.#route.unspoolable(this);
  }

  stored(): void {
    this.#settle(this, 'stored');
  }

  failed(error: unknown): void {
    this.isUncommittable = true;
    this.#route.uncommitted(this, error);
  }
}
