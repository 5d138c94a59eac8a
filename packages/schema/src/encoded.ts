import type { EventCatalogue } from './catalogue.ts';
import type { RedactionPolicy } from './redaction.ts';
import type { EventCategory } from './vocabularies.ts';

/** Why an event was refused: it is no event, or no cutting makes it fit. */
export type RejectReason = 'invalid' | 'too_large';

/** One fault of an event: the field's path ("" for the event itself), a code and a sentence. */
export interface EventIssue {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** What the process adds where an event says nothing. */
export interface EventDefaults {
  readonly source?: string | null;
  readonly service_name?: string | null;
  readonly host?: string | null;
  readonly correlation_id?: string | null;
}

export interface EncodeContext {
  /** UUIDv7 minted for this call. */
  readonly id: string;
  readonly producerId: string;
  /** 1, 2, 3, … within the producer: a hole is a loss. */
  readonly producerSeq: number;
  readonly defaults: EventDefaults;
  readonly redact: RedactionPolicy;
  /** UTF-8 bytes of the line, LIMITS.eventBytes by default of AUDIT_MAX_EVENT_BYTES. */
  readonly maxEventBytes: number;
  /** Whether an `id` of the event itself is no fault, as it is the `id` above. Default false. */
  readonly mayHaveId?: boolean;
  /** Gives the domain of a known event_type, and its category where event_category names a domain. Default: EVENT_CATALOGUE. */
  readonly catalogue?: EventCatalogue;
  /** Members of `metadata._auditlane` that the program itself adds; no caller can write there. */
  readonly additions?: Readonly<Record<string, string | number>>;
}

export type Encoded =
  | { readonly kind: 'encoded'; readonly line: string; readonly category: EventCategory; readonly flags: number }
  | { readonly kind: 'rejected'; readonly reason: RejectReason; readonly issues: readonly EventIssue[] };
