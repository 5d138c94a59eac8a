import type { AuditClient } from '../../audit-client.ts';
import type { EventPriority } from '../event-priority.ts';
import type { SecurityEvent } from '../security-event.ts';
import type { DeduplicationStore } from './deduplication-store.ts';

/** One value for all priorities, or values for some of them; the others keep their default. */
export type ByPriority = number | { readonly [Priority in EventPriority]?: number | undefined };

/**
 * Options of {@link BatchedEventProcessor}; all may be left out.
 *
 * An invalid value is never used and never throws: the option keeps its default, the client's logger says which and why,
 * and `issues` of the processor lists it.
 */
export interface BatchProcessingOptions {
  /**
   * Events in one batch, 1 to 1000, by priority or one number for all. Default critical 1, high 5, medium 20, low 50, info 100. More than 5 for
   * critical is warned about: the first of them would wait for the others' fate.
   */
  readonly maxBatchSize?: ByPriority | undefined;
  /**
   * Milliseconds that an event may wait for its batch to fill, 0 to 3600000, by priority or one number for all. Default critical 0, high 1000,
   * medium 5000, low 10000, info 30000.
   */
  readonly maxWaitTime?: ByPriority | undefined;
  /**
   * `realtime`: no event waits longer than 20 ms, whatever `maxWaitTime` says. It sets waits and nothing else: with
   * `enableAutoFlush: false` no wait ends by time. Default `standard`.
   */
  readonly preset?: 'standard' | 'realtime' | undefined;
  /** Whether a batch goes when its oldest event has waited for `maxWaitTime`. Else it goes when it is full, or by `flush`. Default true. */
  readonly enableAutoFlush?: boolean | undefined;
  /**
   * Whether a higher priority goes first: a batch starts when no higher queue has one that is due. Else in the order in which
   * the events came. Default true.
   */
  readonly enablePrioritization?: boolean | undefined;
  /** Whether high events go in the turn of their call, still at most `maxBatchSize` of them at once. Default true. */
  readonly processHighPriorityImmediately?: boolean | undefined;
  /** Whether identical events within `deduplicationWindow` become the first one and one summary. Default true. */
  readonly enableDeduplication?: boolean | undefined;
  /** Milliseconds from the first of identical events to their summary, 1 to 86400000. Default 60000. */
  readonly deduplicationWindow?: number | undefined;
  /** Whether the first of identical events was seen by another process; see `createRedisDeduplication`. Default: only this process counts. */
  readonly deduplicationStore?: DeduplicationStore | undefined;
  /**
   * Says what makes two events identical: equal texts do. Null: this event is like no other. Default: type, source,
   * priority, severity and all details but the ids of the request (`requestId`, `correlationId`, `traceId`, `spanId`, in
   * either spelling, `traceparent`) and `timestamp`. An event's `dedupKey` wins over it.
   */
  readonly fingerprint?: ((event: SecurityEvent) => string | null) | undefined;
  /** How often a batch that failed is handed over again, 0 to 100. Default 3. */
  readonly maxRetryAttempts?: number | undefined;
  /**
   * Milliseconds before the first of these attempts, 0 to 3600000; each further one waits twice as long, at most 300000. A
   * random part of up to half of it is left out, so that processes do not come back together. Default 5000.
   */
  readonly retryDelay?: number | undefined;
  /** Milliseconds after which a `process` that has not settled counts as failed, 1 to 3600000. Default 30000. */
  readonly processingTimeout?: number | undefined;
  /**
   * Whether a full queue merges identical events and then lets the lowest priority give way. Else it refuses whatever comes.
   * `critical` is taken in any case. Default true.
   */
  readonly enableBackpressure?: boolean | undefined;
  /** Events that may be held, of all priorities and under way included, 1 to 10000000. Default 10000. */
  readonly maxQueueSize?: number | undefined;
  /**
   * Bytes that their details may keep in memory, roughly (a character is one, a key or value 16 more), 1024 to 17179869184.
   * Above it the same happens as above `maxQueueSize`, but one event alone is taken whatever its size. What open windows remember is bounded by as much again: beyond, the
   * oldest window ends early. Default 67108864.
   */
  readonly maxQueueBytes?: number | undefined;
  /**
   * Whether an event is on this machine's disk before `buffered` is answered. Default true when the client's guarantee is
   * `strict`, else false.
   */
  readonly journal?: boolean | undefined;
  /** Whose spool and dead letters take what the processor does not. Default the client behind `logAudit`. */
  readonly client?: AuditClient | undefined;
}
