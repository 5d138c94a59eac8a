import { crc32 } from 'node:zlib';
import type { Lane } from '@auditlane/queue';

/**
 * One frame is one line: eight hex digits of CRC-32, the letter of the lane, a space, the entry, a newline.
 *
 * An entry is JSON and never contains a newline, so the newline finds the next frame again after damage: a flipped bit
 * costs the one frame it is in, or two when it hits the newline between them. A last line without newline is a torn
 * write, which no receipt was given for. And a person can read the file.
 */
const NEWLINE = 0x0a;
const HEADER_BYTES = 10;
const HEADER = /^[0-9a-f]{8}[mu] $/;

/** An entry as it was spooled. */
export interface SpooledEntry {
  readonly lane: Lane;
  readonly line: string;
}

/** A frame of a segment: an entry, or bytes that are none. */
export type Frame =
  | { readonly kind: 'entry'; readonly entry: SpooledEntry }
  | { readonly kind: 'corrupt'; readonly raw: Buffer };

/** The frame of an entry, newline included. */
export function encodeFrame(entry: SpooledEntry): string {
  const body = `${entry.lane === 'urgent' ? 'u' : 'm'} ${entry.line}`;
  return `${crc32(body).toString(16).padStart(8, '0')}${body}\n`;
}

/** Frames of a piece of a segment, and the bytes behind its last newline, which belong to the next piece. Total: any bytes in. */
export function decodeFrames(bytes: Buffer): { readonly frames: readonly Frame[]; readonly rest: Buffer } {
  const frames: Frame[] = [];
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
    frames.push(decodeFrame(bytes.subarray(start, end)));
    start = end + 1;
  }
  return { frames, rest: bytes.subarray(start) };
}

function decodeFrame(raw: Buffer): Frame {
  const header = raw.toString('latin1', 0, HEADER_BYTES);
  if (!HEADER.test(header) || crc32(raw.subarray(8)) !== Number.parseInt(header.slice(0, 8), 16)) {
    return { kind: 'corrupt', raw };
  }
  return {
    kind: 'entry',
    entry: { lane: header[8] === 'u' ? 'urgent' : 'main', line: raw.toString('utf8', HEADER_BYTES) },
  };
}
