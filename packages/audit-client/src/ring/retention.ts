import type { Lane, PushStream, SentEntries } from '@auditlane/queue';

/** A push that Redis acknowledged. */
interface AcknowledgedPush {
  readonly stream: PushStream;
  /** Its number in the stream. */
  readonly number: number;
  /** The lane that the entries belong to. */
  readonly lane: Lane;
  /** UTF-8 bytes of the entries. */
  readonly bytes: number;
  /** When Redis acknowledged it; milliseconds of the client's clock. */
  readonly acknowledgedAt: number;
}

/** A push to be kept, with what Redis took of it; the bytes are the caller's. */
export interface AnsweredPush extends AcknowledgedPush {
  readonly entries: SentEntries;
}

/** A push that was kept. */
export interface RetainedPush extends AcknowledgedPush {
  readonly lines: readonly string[];
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
  keep(push: AnsweredPush): void;
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
