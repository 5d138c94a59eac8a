import type { Severity } from '@auditlane/schema';
import type { EventPriority } from './event-priority.ts';

/** What a summary event stands for: the identical events that were not stored one by one. */
export interface Coalesced {
  /** How many events the summary stands for; the first of them, stored on its own, is not among them. */
  readonly count: number;
  /** When the first of all of them happened, ms since the epoch. */
  readonly firstAt: number;
  /** When the last of all of them happened, ms since the epoch. */
  readonly lastAt: number;
  /** The id of the first one, which has a row of its own. */
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
  /** When it happened, ms since the epoch. */
  readonly occurredAt: number;
  /** The id that all events of one request share, or null. */
  readonly correlationId: string | null;
  /** What makes two events the same one for deduplication; null: the fingerprint decides. */
  readonly dedupKey: string | null;
  /** Everything else. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Present on summary events alone. */
  readonly coalesced?: Coalesced;
}
