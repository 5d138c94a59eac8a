import { BYTE, HEX_VALUE, IS_PLAIN, NOT_HEX } from './bytes.ts';
import type { LineBuffer } from './line-buffer.ts';

/** What the copying functions answer instead of a place when the input is not of the form that they take. */
export const FOREIGN = -1;

/** Escapes of JSON that are the same in COPY's text format. */
function isSharedEscape(byte: number): boolean {
  return byte === BYTE.backslash || byte === BYTE.n || byte === BYTE.t || byte === BYTE.r;
}

function toUnescaped(byte: number): number {
  switch (byte) {
    case BYTE.quote:
    case BYTE.slash:
      return byte;
    case BYTE.b:
      return BYTE.backspace;
    case BYTE.f:
      return BYTE.formFeed;
    default:
      return FOREIGN;
  }
}

/**
 * Copies the value of a JSON string as a field of COPY's text format. `at` is behind the opening quote; answers the
 * place behind the closing one. FOREIGN for a string that ends with the input, and for `\u`, which needs a decoder.
 */
export function copyText(input: Buffer, at: number, out: LineBuffer): number {
  const { bytes } = out;
  let to = out.length;
  let from = at;
  for (;;) {
    let byte = input[from] ?? 0;
    while (IS_PLAIN[byte] === 1) {
      bytes[to++] = byte;
      from += 1;
      byte = input[from] ?? 0;
    }
    if (byte !== BYTE.backslash) {
      out.length = to;
      return byte === BYTE.quote ? from + 1 : FOREIGN;
    }
    const escaped = input[from + 1] ?? 0;
    if (isSharedEscape(escaped)) {
      bytes[to++] = byte;
      bytes[to++] = escaped;
    } else {
      const unescaped = toUnescaped(escaped);
      if (unescaped === FOREIGN) return FOREIGN;
      bytes[to++] = unescaped;
    }
    from += 2;
  }
}

/** Whether a `\u` at `at` is a control character other than U+0000: what JSON.stringify writes so, and jsonb takes. */
function isControlEscape(input: Buffer, at: number): boolean {
  const high = HEX_VALUE[input[at + 4] ?? 0] ?? NOT_HEX;
  const low = HEX_VALUE[input[at + 5] ?? 0] ?? NOT_HEX;
  const isBelow256 = input[at + 2] === BYTE.zero && input[at + 3] === BYTE.zero;
  return isBelow256 && high < 2 && low < NOT_HEX && high + low > 0;
}

/**
 * Copies a JSON string with its quotes as a part of a json field of COPY's text format, where every backslash is
 * doubled. `at` is at the opening quote; answers the place behind the closing one, or FOREIGN.
 */
export function copyQuoted(input: Buffer, at: number, out: LineBuffer): number {
  const { bytes } = out;
  let to = out.length;
  let from = at + 1;
  bytes[to++] = BYTE.quote;
  for (;;) {
    let byte = input[from] ?? 0;
    while (IS_PLAIN[byte] === 1) {
      bytes[to++] = byte;
      from += 1;
      byte = input[from] ?? 0;
    }
    if (byte !== BYTE.backslash) {
      bytes[to++] = BYTE.quote;
      out.length = to;
      return byte === BYTE.quote ? from + 1 : FOREIGN;
    }
    const escaped = input[from + 1] ?? 0;
    const isKnown = isSharedEscape(escaped) || toUnescaped(escaped) !== FOREIGN;
    if (!isKnown && !(escaped === BYTE.u && isControlEscape(input, from))) return FOREIGN;
    bytes[to++] = byte;
    bytes[to++] = byte;
    bytes[to++] = escaped;
    if (escaped === BYTE.backslash) bytes[to++] = byte;
    from += 2;
  }
}
