import type { EventCategory, EventDomain, Outcome, Severity } from '@auditlane/schema';
import type { EventPriority } from './event-priority.ts';

/**
 * What one event stands for besides itself. Added up over all rows, `count` (1 where it is absent) is the number of events
 * that were logged.
 */
export interface Coalesced {
  /** How many events this one stands for: the summary of a window for those after its first, which has a row of its own. */
  readonly count: number;
  /** When the event `firstId` happened, ms since the epoch. */
  readonly firstAt: number;
  /** When the last of them happened, ms since the epoch. */
  readonly lastAt: number;
  /** The id of the first of the identical events; this event's own when they were merged into it under pressure. */
  readonly firstId: string;
}

/**
 * A security event as processors see it: redacted already, and a copy, so that what the caller changes later is not seen.
 */
export interface SecurityEvent {
  /** UUIDv7, minted at the call: the id of the row, whichever way and however often the event is handed on. */
  readonly id: string;
  /** What happened, dotted lower case: a built-in type such as `auth.login.failure`, or one of the user's. */
  readonly type: string;
  /** Where it came from: a value of `SecurityEventSource`, or a word of the user's. */
  readonly source: string;
  /** How soon it is handed on. */
  readonly priority: EventPriority;
  /** How bad it is; independent of the priority. */
  readonly severity: Severity;
  /** What the service's table of event types says of it. Absent: the category follows from the severity, the rest from the type. */
  readonly category?: EventCategory;
  readonly domain?: EventDomain;
  readonly outcome?: Outcome | null;
  /** When it happened, ms since the epoch. */
  readonly occurredAt: number;
  /** The id that all events of one request share, or null. */
  readonly correlationId: string | null;
  /** What makes two events the same one for deduplication; null: the fingerprint decides. */
  readonly dedupKey: string | null;
  /** Everything else. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Present on events that stand for several. */
  readonly coalesced?: Coalesced;
}
