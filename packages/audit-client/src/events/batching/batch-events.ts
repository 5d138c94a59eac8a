import type { EventPriority } from '../event-priority.ts';
import type { SecurityEvent } from '../security-event.ts';
import type { BatchError } from './batch-error.ts';
import type { Ending } from './batch-stats.ts';

/** A batch whose processor has answered. */
export interface BatchProcessed {
  readonly processed: number;
  /** To be tried again, or refused. */
  readonly failed: number;
  readonly batchSize: number;
  /** Milliseconds from the call of `process` to its answer. */
  readonly processingTime: number;
  readonly priority: EventPriority;
}

/**
 * An event with what became of it.
 *
 * `event:deduplicated`: `duplicate` within a window, or `coalesced` under pressure. `event:dropped`: `backpressure`,
 * `closed` (the processor was, or its client), `misconfigured` (its client is), `kept_nowhere` (at the end neither spool nor
 * queue took it), `internal` (a defect of this library), or, of a client that cannot park, `invalid` and `too_large`; with
 * `coalesced`, those are lost with it for which it stood. `event:failed`: what the processor said, or why it said nothing.
 */
export type AnnouncedEvent = SecurityEvent & { readonly reason: string };

/** How full the queue is. */
export interface Pressure {
  readonly currentQueueSize: number;
  readonly maxQueueSize: number;
  /** What the events keep in memory, roughly. */
  readonly currentQueueBytes: number;
  readonly maxQueueBytes: number;
}

/** The events of a {@link BatchedEventProcessor}, with what their listeners get. */
export interface BatchEvents {
  'batch:processed': [batch: BatchProcessed];
  'batch:error': [error: BatchError];
  'event:deduplicated': [event: AnnouncedEvent];
  'event:dropped': [event: AnnouncedEvent];
  'event:failed': [event: AnnouncedEvent];
  'backpressure:on': [pressure: Pressure];
  'backpressure:off': [pressure: Pressure];
}

/** The event that tells of an end; null: nothing does. */
export const ENDING_EVENTS = {
  processed: null,
  deduplicated: 'event:deduplicated',
  failed: 'event:failed',
  dropped: 'event:dropped',
} as const satisfies Record<Ending, keyof BatchEvents | null>;
