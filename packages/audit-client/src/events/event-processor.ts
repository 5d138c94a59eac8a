import type { RejectedReceipt } from '../receipt.ts';
import type { EventReceipt } from './event-receipt.ts';
import type { SecurityEvent } from './security-event.ts';

/** An event that a processor will never take, and why. */
export interface RefusedEvent {
  readonly id: string;
  /** One line for the operator; it is kept with the event in `audit:failed`. */
  readonly reason: string;
  /** What Postgres calls it, when it was Postgres that refused. */
  readonly sqlstate?: string | null;
}

/** What became of a batch. `processed + failed` is the size of the batch. */
export interface ProcessResult {
  /** Events that are where the processor puts them. */
  readonly processed: number;
  /** Events that are not, whether they may be tried again or not. */
  readonly failed: number;
  /** The ids of the failed events, refused ones included. Absent: if any failed, all that were not refused are tried again. */
  readonly failedIds?: readonly string[];
  /** The failed events that must never be tried again. */
  readonly refused?: readonly RefusedEvent[];
  /** Where the events are, for processors that know; the caller of `addEvent` gets its own one. */
  readonly receipts?: readonly EventReceipt[];
  /** Why events failed, where it is known: announced as `batch:error`, and the reason of `event:failed`. */
  readonly cause?: unknown;
}

/**
 * Takes batches of events somewhere. A batch holds events of one priority, the oldest first.
 *
 * A batch that rejects, fails in part or does not settle within `processingTimeout` is handed over again with the same
 * ids, so a processor must absorb an id that it has seen.
 */
export interface EventProcessor {
  process(events: readonly SecurityEvent[]): Promise<ProcessResult>;
  /**
   * Called when an event comes that may wait: what can be refused at once is, instead of being `buffered`. An event that is
   * not refused need not come in a batch: it may give way under pressure. Must not throw.
   */
  prepare?(event: SecurityEvent): RejectedReceipt | null;
  /**
   * Called once for each object that was prepared, when no batch brings that object any more: know events by their object
   * here, not by their id. Under pressure identical events are merged into another object, which has the id of the first of
   * them: `ended` is called for the objects that it replaces, and for it when it has come to its end itself. Must not throw.
   */
  ended?(event: SecurityEvent): void;
  /** Called once, after the last batch. */
  close?(): Promise<void>;
}
