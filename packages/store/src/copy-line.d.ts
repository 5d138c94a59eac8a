import type { EventRow } from '@auditlane/schema';
/** The columns that a writer gives, in the order of `toCopyLine`. created_at, batch and stored_at are the database's own. */
export declare const COPY_COLUMNS: readonly ["id", "occurred_at", "event_domain", "user_id", "resource_type", "resource_id", "event_type", "event_category", "severity", "source", "service_name", "tenant_id", "correlation_id", "outcome", "host", "description", "metadata", "ip_address", "user_agent", "producer_id", "producer_seq", "schema_version", "flags"];
/** One line of COPY's text format, with its newline. A literal `\N` in a field comes out as `\\N`, so it is never taken for null. */
export declare function toCopyLine(row: EventRow): string;
