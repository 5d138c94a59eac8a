const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const ESCAPES = new Set(Array.from('"\\/bfnrt', (character) => character.charCodeAt(0)));
const SIGNS = new Set([0x2b, MINUS]);
const EXPONENTS = new Set([0x45, 0x65]);
const HEX4 = /^[0-9a-fA-F]{4}$/;

/**
 * Scans one scalar of JSON. Returns the index behind it, or the complement (`~index`, negative) of the first character
 * that is wrong. Plain loops over character codes: a regular expression over megabytes of hostile text can exhaust its
 * own stack, and comparing one-character strings takes ten times as long.
 */
export function scanScalar(text: string, at: number): number {
  if (text.charCodeAt(at) === QUOTE) {
    return scanString(text, at);
  }
  const word = ['true', 'false', 'null'].find((literal) => text.startsWith(literal, at));
  return word === undefined ? scanNumber(text, at) : at + word.length;
}

/** Scans a string from its opening quote; returns as `scanScalar` does. */
export function scanString(text: string, at: number): number {
  for (let index = at + 1; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) {
      return index + 1;
    }
    if (code < SPACE) {
      return ~index;
    }
    if (code === BACKSLASH) {
      const length = escapeLength(text, index + 1);
      if (length === 0) {
        return ~Math.min(index + 1, text.length);
      }
      index += length;
    }
  }
  return ~text.length;
}

/** Characters that belong to a backslash before `at`: 1, 5 for `uXXXX`, 0 for none that JSON knows. */
function escapeLength(text: string, at: number): number {
  if (text[at] === 'u') {
    return HEX4.test(text.slice(at + 1, at + 5)) ? 5 : 0;
  }
  return ESCAPES.has(text.charCodeAt(at)) ? 1 : 0;
}

function scanNumber(text: string, at: number): number {
  const start = text.charCodeAt(at) === MINUS ? at + 1 : at;
  const whole = text.charCodeAt(start) === ZERO ? start + 1 : skipDigits(text, start);
  if (whole === start) {
    return ~start;
  }
  let end = whole;
  if (text.charCodeAt(end) === POINT) {
    const fraction = skipDigits(text, end + 1);
    if (fraction === end + 1) {
      return ~fraction;
    }
    end = fraction;
  }
  return EXPONENTS.has(text.charCodeAt(end)) ? scanExponent(text, end + 1) : end;
}

function scanExponent(text: string, at: number): number {
  const start = SIGNS.has(text.charCodeAt(at)) ? at + 1 : at;
  const end = skipDigits(text, start);
  return end === start ? ~start : end;
}

function skipDigits(text: string, at: number): number {
  let index = at;
  // Behind the end the code is NaN, which is in no range.
  while (text.charCodeAt(index) >= ZERO && text.charCodeAt(index) <= ZERO + 9) {
    index += 1;
  }
  return index;
}
