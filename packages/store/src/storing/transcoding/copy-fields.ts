import { toIpAddress } from '@auditlane/schema';
import { BYTE, HEX_VALUE, IS_PLAIN, IS_WORD, isAt, NOT_HEX } from './bytes.ts';
import { FOREIGN } from './copy-string.ts';
import type { LineBuffer } from './line-buffer.ts';

/*
 * The fields of an entry that are no free text. Each function copies a value that begins at `at` and answers the place
 * behind it, or FOREIGN for a value that is not exactly as our client writes it.
 */

export const ID_BYTES = 36;
/** Bit n is set where an id has a hyphen. */
const HYPHENS = new Set([8, 13, 18, 23]);
const IS_HYPHEN = Uint8Array.from({ length: ID_BYTES }, (_, place) => Number(HYPHENS.has(place)));
const VERSION_PLACE = 14;
const VARIANT_PLACE = 19;
const TIME_PLACES = 13;

/** The milliseconds of the UUIDv7 in lower case at `at`, or FOREIGN. */
export function readIdTimeMs(input: Buffer, at: number): number {
  let timeMs = 0;
  for (let place = 0; place < ID_BYTES; place += 1) {
    const byte = input[at + place] ?? 0;
    if (IS_HYPHEN[place] === 1) {
      if (byte !== BYTE.minus) return FOREIGN;
    } else {
      const value = HEX_VALUE[byte] ?? NOT_HEX;
      if (value === NOT_HEX) return FOREIGN;
      if (place < TIME_PLACES) timeMs = timeMs * 16 + value;
    }
  }
  const variant = HEX_VALUE[input[at + VARIANT_PLACE] ?? 0] ?? 0;
  return input[at + VERSION_PLACE] === BYTE.zero + 7 && variant >> 2 === 2 ? timeMs : FOREIGN;
}

/** Copies the id at `at`, which was read before; answers the place behind it. */
export function copyId(input: Buffer, at: number, out: LineBuffer): number {
  return copyPlain(input, { from: at, to: at + ID_BYTES }, out);
}

/** An event_type, which needs no escape in either format; answers the place of its closing quote. */
export function copyEventType(input: Buffer, at: number, out: LineBuffer): number {
  const { bytes } = out;
  let to = out.length;
  let from = at;
  let byte = input[from] ?? 0;
  while (IS_WORD[byte] === 1) {
    bytes[to++] = byte;
    from += 1;
    byte = input[from] ?? 0;
  }
  out.length = to;
  return byte === BYTE.quote && from > at ? from : FOREIGN;
}

/** One of a few words, given with their closing quotes; answers the place behind the quote. */
export function copyOneOf(input: Buffer, at: number, o: { words: readonly Buffer[]; out: LineBuffer }): number {
  for (const word of o.words) {
    if (input[at] !== word[0] || !isAt(input, at, word)) continue;
    o.out.putAll(word);
    o.out.length -= 1;
    return at + word.length;
  }
  return FOREIGN;
}

/** Times that need no calendar: any month has 28 days. */
const SIMPLE_TIME =
  /^(?:19[7-9]\d|[2-9]\d{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z"$/;
const TIME_BYTES = 24;

/** A time in UTC with milliseconds, `at` its first digit; answers the place behind its closing quote. */
export function copyTime(input: Buffer, at: number, out: LineBuffer): number {
  if (!SIMPLE_TIME.test(input.toString('latin1', at, at + TIME_BYTES + 1))) return FOREIGN;
  return copyPlain(input, { from: at, to: at + TIME_BYTES }, out) + 1;
}

/** An address as Postgres' inet takes it; answers the place behind its closing quote. */
export function copyAddress(input: Buffer, at: number, out: LineBuffer): number {
  let end = endOfIpv4(input, at);
  if (input[end] !== BYTE.quote) {
    end = at;
    while (IS_PLAIN[input[end] ?? 0] === 1) end += 1;
    if (input[end] !== BYTE.quote) return FOREIGN;
    const text = input.toString('latin1', at, end);
    if (toIpAddress(text) !== text) return FOREIGN;
  }
  return copyPlain(input, { from: at, to: end }, out) + 1;
}

const OCTETS = 4;
const OCTET_DIGITS = 3;
const MAX_OCTET = 255;

/** The place behind four numbers of 0 to 255 without leading zeros, with dots between them; FOREIGN for anything else. */
function endOfIpv4(input: Buffer, at: number): number {
  let from = at;
  for (let octet = 1; ; octet += 1) {
    let value = 0;
    let end = from;
    while (end - from < OCTET_DIGITS && isDigit(input[end] ?? 0)) value = value * 10 + (input[end++] ?? 0) - BYTE.zero;
    const hasLeadingZero = end - from > 1 && input[from] === BYTE.zero;
    if (end === from || hasLeadingZero || value > MAX_OCTET) return FOREIGN;
    if (octet === OCTETS) return end;
    if (input[end] !== BYTE.dot) return FOREIGN;
    from = end + 1;
  }
}

/** A whole number of 0 or more and at most `maxDigits` digits; answers the place behind it. */
export function copyCount(input: Buffer, at: number, o: { maxDigits: number; out: LineBuffer }): number {
  let end = at;
  while (end - at <= o.maxDigits && isDigit(input[end] ?? 0)) end += 1;
  const digits = end - at;
  if (digits === 0 || digits > o.maxDigits || (digits > 1 && input[at] === BYTE.zero)) return FOREIGN;
  return copyPlain(input, { from: at, to: end }, o.out);
}

function isDigit(byte: number): boolean {
  return byte >= BYTE.zero && byte <= BYTE.zero + 9;
}

function copyPlain(input: Buffer, span: { from: number; to: number }, out: LineBuffer): number {
  const { bytes } = out;
  let to = out.length;
  for (let from = span.from; from < span.to; from += 1) bytes[to++] = input[from] ?? 0;
  out.length = to;
  return span.to;
}
