import { decodeEntry } from '@auditlane/schema';
import type { DeadLetterReason, EventRow } from '@auditlane/schema';

/** An entry that became a row. The raw bytes are a view of what Redis answered, kept for a dead letter, never copied. */
export interface DecodedEntry {
  readonly row: EventRow;
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

/** Decodes each entry alone, so that no entry's fault is another's. Total: any bytes end in one of the three lists. */
export function decodeClaim(entries: readonly Buffer[]): DecodedClaim {
  const rows: DecodedEntry[] = [];
  const rejected: RejectedEntry[] = [];
  const held: Buffer[] = [];
  for (const raw of entries) {
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
  return { rows, rejected, held };
}
