import type { EventRow } from '@auditlane/schema';

/**
 * The columns that a writer gives, in the order of the keys in an entry, so that `transcodeEntry` writes a line as it reads.
 * created_at, batch and stored_at are the database's own.
 */
export const COPY_COLUMNS = [
  'id',
  'event_type',
  'event_category',
  'severity',
  'event_domain',
  'occurred_at',
  'user_id',
  'resource_type',
  'resource_id',
  'source',
  'service_name',
  'tenant_id',
  'correlation_id',
  'outcome',
  'host',
  'description',
  'ip_address',
  'user_agent',
  'flags',
  'producer_id',
  'producer_seq',
  'metadata',
  'schema_version',
] as const satisfies readonly (keyof EventRow)[];

/** What COPY's text format gives a meaning: the escape itself, the two separators, and carriage return. */
const SPECIAL = /[\\\t\n\r]/;
const SPECIALS = /[\\\t\n\r]/g;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** One line of COPY's text format, with its newline. A literal `\N` in a field comes out as `\\N`, so it is never taken for null. */
export function toCopyLine(row: EventRow): string {
  return (
    `${field(row.id)}\t${field(row.event_type)}\t${field(row.event_category)}\t${field(row.severity)}\t${field(row.event_domain)}\t` +
    `${field(row.occurred_at)}\t${field(row.user_id)}\t${field(row.resource_type)}\t${field(row.resource_id)}\t${field(row.source)}\t` +
    `${field(row.service_name)}\t${field(row.tenant_id)}\t${field(row.correlation_id)}\t${field(row.outcome)}\t${field(row.host)}\t` +
    `${field(row.description)}\t${field(row.ip_address)}\t${field(row.user_agent)}\t${row.flags}\t${field(row.producer_id)}\t` +
    `${row.producer_seq ?? '\\N'}\t${field(row.metadata)}\t${row.schema_version}\n`
  );
}

function field(text: string | null): string {
  if (text === null) return '\\N';
  return SPECIAL.test(text) ? text.replaceAll(SPECIALS, (character) => ESCAPES[character] ?? character) : text;
}
