import type { Severity } from '@auditlane/schema';
import type { EventPriority } from '../events/event-priority.ts';

/** What a transport says of an event beside its details. */
export interface LogEventOptions {
  readonly severity: Severity;
  readonly priority: EventPriority;
  /** Absent: the service takes the id of the request that runs. */
  readonly correlationId?: string | undefined;
  /** Milliseconds since the epoch. Absent: now. */
  readonly occurredAt?: number | undefined;
}

/** The part of a `SecurityEventService` that the transports use. */
export interface LogEventService {
  /** Must not throw, and never reject. */
  logEvent(
    type: string,
    source: string,
    details: Record<string, unknown>,
    options: LogEventOptions,
  ): Promise<{ readonly status: string }>;
  /** Resolves when every event logged before is handed on. */
  flush(): Promise<unknown>;
}

/** A service that ends with its transport. */
export interface OwnLogEventService extends LogEventService {
  close(): Promise<unknown>;
}
