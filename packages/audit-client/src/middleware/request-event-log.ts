import type { EventPriority } from '../events/event-priority.ts';

/** What the middleware says of a call to `logEvent`. */
export interface RequestEventOptions {
  /** Absent: the priority that the service has for the type. */
  readonly priority?: EventPriority;
  readonly correlationId?: string;
  /** The empty text: the event is like no other. */
  readonly dedupKey?: string;
  /** When the answer had been sent, ms since the epoch. */
  readonly occurredAt?: number;
}

/** What the middleware needs of the security event service. What it answers, throws or rejects is never seen by a request. */
export interface RequestEventLog {
  logEvent(
    type: string,
    source: string,
    details: Readonly<Record<string, unknown>>,
    options?: RequestEventOptions,
  ): unknown;
  flush?(): Promise<unknown>;
  /** As `flush`, with what else only the end of the process makes due. Default `flush`. */
  drain?(): Promise<unknown>;
  /** What holds where the middleware's own `loggingOptions` says nothing. */
  getLoggingOptions?(): { readonly includeHeaders?: boolean | undefined };
}
