import { decodeEntry } from '@auditlane/schema';
import type { DeadLetterReason } from '@auditlane/schema';
import { LineBuffer, toTranscodedRow } from '@auditlane/store';
import type { StorableRow } from '@auditlane/store';

/** An entry that became a row. The raw bytes are a view of what Redis answered, kept for a dead letter, never copied. */
export interface DecodedEntry {
  readonly row: StorableRow;
  readonly raw: Buffer;
}

/** An entry that cannot be stored, and why; `id` is null when it has none. */
export interface RejectedEntry {
  readonly raw: Buffer;
  readonly id: string | null;
  readonly reason: DeadLetterReason;
  readonly sqlstate: string | null;
  readonly detail: string;
}

/** What a claim holds: every entry is in exactly one of the three. */
export interface DecodedClaim {
  readonly rows: readonly DecodedEntry[];
  readonly rejected: readonly RejectedEntry[];
  /** Entries of a version newer than this worker's, kept as they are for one that knows it. */
  readonly held: readonly Buffer[];
}

/**
 * Decodes each entry alone, so that no entry's fault is another's. Total: any bytes end in one of the three lists.
 * Entries as our client writes them are transcoded at once to their COPY lines, which lie side by side in `lines` and are
 * valid until that buffer is used again.
 */
export function decodeClaim(entries: readonly Buffer[], lines: LineBuffer = new LineBuffer(0)): DecodedClaim {
  const decoded: MutableDecoded = { rows: [], rejected: [], held: [] };
  lines.reuse(entries.reduce((sum, entry) => sum + entry.length, 0) + SPARE_BYTES);
  const nowMs = Date.now();
  for (const raw of entries) {
    const row = toTranscodedRow(raw, lines, nowMs);
    if (row === null) decodeForeign(raw, decoded);
    else decoded.rows.push({ row, raw });
  }
  return decoded;
}

/** Lines are mostly shorter than their entries; the last one asks for room as if it were not. */
const SPARE_BYTES = 1024;

interface MutableDecoded {
  readonly rows: DecodedEntry[];
  readonly rejected: RejectedEntry[];
  readonly held: Buffer[];
}

function decodeForeign(raw: Buffer, { rows, rejected, held }: MutableDecoded): void {
  const decoded = decodeEntry(raw);
  switch (decoded.kind) {
    case 'event':
      rows.push({ row: decoded.row, raw });
      break;
    case 'newer':
      held.push(raw);
      break;
    case 'rejected':
      rejected.push({ raw, id: decoded.id, reason: decoded.reason, sqlstate: null, detail: decoded.detail });
      break;
  }
}
