import { crc32 } from 'node:zlib';
import type { Lane } from '@auditlane/queue';

/**
 * One frame is one line: eight hex digits of CRC-32, six of the entry's length in bytes, the letter of the lane, a space,
 * the entry, a newline. The checksum covers all that follows it but the newline.
 *
 * The length ends a frame and the newline finds the next one: an entry is JSON and has no newline in it, so after damage
 * reading goes on behind the next newline. A flipped bit costs the one frame it is in; in a newline it costs none. Bytes
 * at the end that are no whole frame are a torn write, which no receipt was given for. And a person can read the file.
 */
const NEWLINE = 0x0a;
const CRC_CHARACTERS = 8;
const HEADER_BYTES = 16;
const HEADER = /^[0-9a-f]{14}[mu] $/;
/** No entry of ours is this long: a longer one is damage, and is not waited for. */
const MAX_ENTRY_BYTES = 1_048_576;

/** An entry as it was spooled. */
export interface SpooledEntry {
  readonly lane: Lane;
  readonly line: string;
}

/**
 * A frame of a segment: an entry, or bytes that are none. `costsEvent` is false for a byte that stood where a newline
 * should be: the frame before it is whole.
 */
export type Frame =
  | { readonly kind: 'entry'; readonly entry: SpooledEntry }
  | { readonly kind: 'corrupt'; readonly raw: Buffer; readonly costsEvent: boolean };

/** Frames of a piece of a segment, and the bytes behind them, which belong to the next piece. */
export interface DecodedFrames {
  readonly frames: readonly Frame[];
  readonly rest: Buffer;
}

/** The frame of an entry, newline included. */
export function encodeFrame(entry: SpooledEntry): string {
  const length = Buffer.byteLength(entry.line).toString(16).padStart(6, '0');
  const body = `${length}${entry.lane === 'urgent' ? 'u' : 'm'} ${entry.line}`;
  return `${crc32(body).toString(16).padStart(CRC_CHARACTERS, '0')}${body}\n`;
}

/** Reads frames; total: any bytes in. `isLast` says that no piece follows, so that what is left over is a torn tail. */
export function decodeFrames(bytes: Buffer, isLast = false): DecodedFrames {
  const frames: Frame[] = [];
  let start = 0;
  while (start < bytes.length) {
    const next = decodeFrame(bytes, start, isLast);
    if (next === null) {
      break;
    }
    frames.push(...next.frames);
    start = next.end;
  }
  return { frames, rest: bytes.subarray(start) };
}

interface Step {
  readonly frames: readonly Frame[];
  readonly end: number;
}

/** The frame at `start` with the byte behind it, or null when more bytes must come first. */
function decodeFrame(bytes: Buffer, start: number, isLast: boolean): Step | null {
  const newline = bytes.indexOf(NEWLINE, start);
  const end = findEnd(bytes, start);
  const isCut = end === null || end > bytes.length || (newline !== -1 && newline < end);
  // Without a newline behind it a frame is judged only when its separator is here too, or nothing follows.
  const canJudge = newline !== -1 || isLast || (end !== null && end < bytes.length);
  if (!isCut && canJudge && isIntact(bytes, start, end)) {
    return toStep(bytes, start, end);
  }
  if (newline !== -1) {
    return { frames: [{ kind: 'corrupt', raw: bytes.subarray(start, newline), costsEvent: true }], end: newline + 1 };
  }
  if (bytes.length - start > MAX_ENTRY_BYTES + HEADER_BYTES) {
    return { frames: [{ kind: 'corrupt', raw: bytes.subarray(start), costsEvent: true }], end: bytes.length };
  }
  return null;
}

/** Where the entry at `start` ends by its own header, or null when there is no header. */
function findEnd(bytes: Buffer, start: number): number | null {
  const header = bytes.toString('latin1', start, start + HEADER_BYTES);
  if (!HEADER.test(header)) {
    return null;
  }
  const length = Number.parseInt(header.slice(CRC_CHARACTERS, HEADER_BYTES - 2), 16);
  return length > MAX_ENTRY_BYTES ? null : start + HEADER_BYTES + length;
}

function isIntact(bytes: Buffer, start: number, end: number): boolean {
  const told = Number.parseInt(bytes.toString('latin1', start, start + CRC_CHARACTERS), 16);
  return crc32(bytes.subarray(start + CRC_CHARACTERS, end)) === told;
}

function toStep(bytes: Buffer, start: number, end: number): Step {
  const lane: Lane = bytes[start + HEADER_BYTES - 2] === 0x75 ? 'urgent' : 'main';
  const frame: Frame = { kind: 'entry', entry: { lane, line: bytes.toString('utf8', start + HEADER_BYTES, end) } };
  if (end === bytes.length || bytes[end] === NEWLINE) {
    return { frames: [frame], end: Math.min(end + 1, bytes.length) };
  }
  const raw = bytes.subarray(end, end + 1);
  return { frames: [frame, { kind: 'corrupt', raw, costsEvent: false }], end: end + 1 };
}
