import type { Lane, PushStream } from '@auditlane/queue';

/** Entries that Redis acknowledged in one push: references to their lines, no copies. */
export interface RetainedPush {
  readonly stream: PushStream;
  /** Its number in the stream. */
  readonly number: number;
  /** The lane that the entries belong to. */
  readonly lane: Lane;
  readonly lines: readonly string[];
  /** UTF-8 bytes of the lines. */
  readonly bytes: number;
  /** When Redis acknowledged it; milliseconds of the client's clock. */
  readonly acknowledgedAt: number;
}

/**
 * Keeps what Redis acknowledged, so that it can be pushed again when Redis turns out to have lost it. The memory ring
 * bounds itself by bytes and age; one on disk keeps until Postgres has the rows.
 */
export interface Retention {
  /** Number and UTF-8 bytes of the entries that are kept. */
  readonly events: number;
  readonly bytes: number;
  /** Redis acknowledged this push. Called once per push, in the order of the answers; must cost next to nothing. */
  keep(push: RetainedPush): void;
  /**
   * Redis has lost every push of `stream` above `number` (0: all of them). Takes them out and answers them, oldest
   * first: from now on the caller keeps them, until they were pushed again and come back by `keep` with new numbers.
   * A retention that pushes again by itself (from disk) does so, and answers none.
   */
  takeAfter(stream: PushStream, number: number): readonly RetainedPush[];
  /** The caller holds so many bytes of what it took; they count into the bound. */
  reserve(bytes: number): void;
  /** Redis has proven at `now`, of the client's clock, that it still has what it acknowledged. */
  verified(now: number): void;
}
