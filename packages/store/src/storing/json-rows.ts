import type { EventRow } from '@auditlane/schema';

/**
 * The rows as one JSON array for json_to_recordset. Every text travels as a JSON string, metadata too, so that Postgres parses each
 * field exactly as it does under COPY, and text that looks like JSON can never reach into its neighbours.
 * A lone surrogate, which COPY's encoding turns into U+FFFD, is turned into it here; keys that are no column are ignored by the server.
 */
export function toJsonRows(rows: readonly EventRow[]): string {
  return JSON.stringify(rows, toWellFormed);
}

function toWellFormed(_key: string, value: unknown): unknown {
  return typeof value === 'string' && !value.isWellFormed() ? value.toWellFormed() : value;
}
