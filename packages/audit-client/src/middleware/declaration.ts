import type { ServerResponse } from 'node:http';
import type { EventPriority } from '../events/event-priority.ts';

/** How a request ended. */
export interface Ending {
  /** Null when the connection ended before the application had begun to answer. */
  readonly status: number | null;
  readonly isAborted: boolean;
}

/** What a route says of its requests, beyond what any request is. */
export interface Declaration {
  /** The type of the event for this ending, or null when the request's ordinary event says enough. */
  typeOf(ending: Ending, subject: unknown, response: ServerResponse): string | null;
  /** What the event tells beside the request's own facts. May throw: it asks the application. */
  detailsOf(subject: unknown, response: ServerResponse): Readonly<Record<string, unknown>>;
  readonly priority: EventPriority | undefined;
}
