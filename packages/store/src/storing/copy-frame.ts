import { toCopyLine } from './copy-line.ts';
import { type StorableRow, TranscodedRow } from './transcoding/transcoded-row.ts';

const COPY_DATA = 0x64;
const COPY_DONE = 0x63;
const LENGTH_BYTES = 4;
const HEADER_BYTES = 1 + LENGTH_BYTES;

/** Bytes of one or more lines. */
interface Span {
  readonly lines: Buffer;
  readonly from: number;
  to: number;
}

/** The lines of the rows as the wire wants them: one CopyData message and CopyDone, in one buffer from `allocate`. */
export function toCopyFrame(rows: readonly StorableRow[], allocate: (bytes: number) => Buffer): Buffer {
  const spans = toSpans(rows);
  const bytes = spans.reduce((sum, span) => sum + span.to - span.from, 0);
  const frame = allocate(HEADER_BYTES + bytes + HEADER_BYTES);
  frame.writeUInt8(COPY_DATA, 0);
  frame.writeUInt32BE(LENGTH_BYTES + bytes, 1);
  let to = HEADER_BYTES;
  for (const span of spans) to += span.lines.copy(frame, to, span.from, span.to);
  frame.writeUInt8(COPY_DONE, to);
  frame.writeUInt32BE(LENGTH_BYTES, to + 1);
  return frame;
}

/** The lines of rows that lie side by side, as they mostly do, are one span: copied at once. */
function toSpans(rows: readonly StorableRow[]): readonly Span[] {
  const spans: Span[] = [];
  let last: Span | undefined;
  for (const row of rows) {
    if (row instanceof TranscodedRow && last !== undefined && row.lines === last.lines && row.from === last.to) {
      last.to = row.to;
      continue;
    }
    last = toSpan(row);
    spans.push(last);
  }
  return spans;
}

function toSpan(row: StorableRow): Span {
  if (row instanceof TranscodedRow) return { lines: row.lines, from: row.from, to: row.to };
  const lines = Buffer.from(toCopyLine(row));
  return { lines, from: 0, to: lines.length };
}
