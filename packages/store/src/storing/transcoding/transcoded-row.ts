import { decodeEntry, type EventRow } from '@auditlane/schema';
import { FOREIGN } from './copy-string.ts';
import type { LineBuffer } from './line-buffer.ts';
import { idOfTranscoded, transcodeEntry } from './transcode-entry.ts';

/** A row whose COPY line is written already; the row itself is decoded only if a statement needs it as an object. */
export class TranscodedRow {
  readonly id: string;
  /** The bytes that hold the line, from `from` up to `to`. */
  readonly lines: Buffer;
  readonly from: number;
  readonly to: number;
  readonly #entry: Buffer;

  constructor(entry: Buffer, out: LineBuffer, from: number) {
    this.id = idOfTranscoded(entry);
    this.lines = out.bytes;
    this.from = from;
    this.to = out.length;
    this.#entry = entry;
  }

  /** The row as `decodeEntry` reads it. */
  toRow(): EventRow {
    const decoded = decodeEntry(this.#entry);
    if (decoded.kind !== 'event') throw new TypeError(`the entry ${this.id} was transcoded, yet it is ${decoded.kind}`);
    return decoded.row;
  }
}

/** What the store takes: a row, or one that is ready for COPY. */
export type StorableRow = EventRow | TranscodedRow;

/** Writes the line of `entry` behind the others in `out`; null for an entry that `decodeEntry` has to decide about. */
export function toTranscodedRow(entry: Buffer, out: LineBuffer, nowMs: number): TranscodedRow | null {
  const from = transcodeEntry(entry, out, nowMs);
  return from === FOREIGN ? null : new TranscodedRow(entry, out, from);
}

export function toEventRow(row: StorableRow): EventRow {
  return row instanceof TranscodedRow ? row.toRow() : row;
}
