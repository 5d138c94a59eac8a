import type { EventCategory, EventDomain, Outcome, Severity } from './vocabularies.ts';
import type { DeadLetterReason } from './dead-letter.ts';

/** One row of `audit_logs` as a writer gives it; Postgres accepts every value of it. */
export interface EventRow {
  readonly id: string;
  /** ISO 8601 in UTC, up to microseconds. */
  readonly occurred_at: string | null;
  readonly event_domain: EventDomain | null;
  readonly user_id: string | null;
  readonly resource_type: string | null;
  readonly resource_id: string | null;
  readonly event_type: string;
  readonly event_category: EventCategory;
  readonly severity: Severity;
  readonly source: string | null;
  readonly service_name: string | null;
  readonly tenant_id: string | null;
  readonly correlation_id: string | null;
  readonly outcome: Outcome | null;
  readonly host: string | null;
  readonly description: string | null;
  /** JSON text of an object that jsonb accepts. */
  readonly metadata: string | null;
  readonly ip_address: string | null;
  readonly user_agent: string | null;
  readonly producer_id: string | null;
  readonly producer_seq: number | null;
  readonly schema_version: number;
  readonly flags: number;
}

/** What an entry turns out to be: a row, an entry of a newer release (to be held), or a dead letter. */
export type Decoded =
  | { readonly kind: 'event'; readonly row: EventRow }
  | { readonly kind: 'newer'; readonly version: number }
  | {
      readonly kind: 'rejected';
      readonly reason: DeadLetterReason;
      readonly id: string | null;
      readonly detail: string;
    };
