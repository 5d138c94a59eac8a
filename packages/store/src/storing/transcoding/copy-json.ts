import { BYTE, isAt } from './bytes.ts';
import { copyQuoted, FOREIGN } from './copy-string.ts';
import type { LineBuffer } from './line-buffer.ts';

const MAX_DEPTH = 32;
/** A double holds every number of so many digits exactly. */
const MAX_DIGITS = 15;
const LITERALS = [Buffer.from('true'), Buffer.from('false'), Buffer.from('null')] as const;

/** A key of ours, under which an entry may hold only an object with members: anything else the decoder moves. */
const OURS = Buffer.from('"_auditlane"');

/** The closing bytes of the containers that are open; one for all, since copying is synchronous. */
const closers = new Uint8Array(MAX_DEPTH + 1);

/**
 * Copies a JSON object, `at` its opening brace, as a json field of COPY's text format; answers the place behind its
 * closing brace. Takes what JSON.stringify writes and jsonb stores unchanged: no white space, no exponents, no
 * number beyond 15 digits, no deeper nesting than 32. Everything else is FOREIGN, and so is what is no JSON.
 */
export function copyObject(input: Buffer, at: number, out: LineBuffer): number {
  if (input[at] !== BYTE.leftBrace) return FOREIGN;
  let depth = 0;
  let from = at;
  for (;;) {
    const opener = input[from];
    if (opener === BYTE.leftBrace || opener === BYTE.leftBracket) {
      if (depth === MAX_DEPTH) return FOREIGN;
      depth += 1;
      closers[depth] = opener + 2;
      out.put(opener);
      from += 1;
      if (input[from] !== opener + 2) {
        if (opener === BYTE.leftBrace) from = copyKey(input, from, out);
        if (from === FOREIGN) return FOREIGN;
        continue;
      }
    } else {
      from = copyScalar(input, from, out);
      if (from === FOREIGN) return FOREIGN;
    }
    // Behind a value, or at the closing byte of an empty container.
    while (input[from] === closers[depth]) {
      out.put(closers[depth] ?? 0);
      from += 1;
      depth -= 1;
      if (depth === 0) return from;
    }
    if (input[from] !== BYTE.comma) return FOREIGN;
    out.put(BYTE.comma);
    from += 1;
    if (closers[depth] === BYTE.rightBrace) from = copyKey(input, from, out);
    if (from === FOREIGN) return FOREIGN;
  }
}

function copyKey(input: Buffer, at: number, out: LineBuffer): number {
  if (input[at] !== BYTE.quote) return FOREIGN;
  const colon = copyQuoted(input, at, out);
  if (colon === FOREIGN || input[colon] !== BYTE.colon) return FOREIGN;
  if (colon - at === OURS.length && isAt(input, at, OURS) && !isFilledObject(input, colon + 1)) return FOREIGN;
  out.put(BYTE.colon);
  return colon + 1;
}

function isFilledObject(input: Buffer, at: number): boolean {
  return input[at] === BYTE.leftBrace && input[at + 1] !== BYTE.rightBrace;
}

function copyScalar(input: Buffer, at: number, out: LineBuffer): number {
  const first = input[at] ?? 0;
  if (first === BYTE.quote) return copyQuoted(input, at, out);
  if (first === BYTE.minus || isDigit(first)) return copyNumber(input, at, out);
  for (const literal of LITERALS) {
    if (first !== literal[0] || !isAt(input, at, literal)) continue;
    out.putAll(literal);
    return at + literal.length;
  }
  return FOREIGN;
}

function isDigit(byte: number): boolean {
  return byte >= BYTE.zero && byte <= BYTE.zero + 9;
}

function skipDigits(input: Buffer, at: number): number {
  let from = at;
  while (isDigit(input[from] ?? 0)) from += 1;
  return from;
}

/** A number in the form that JSON.stringify gives it, except that small fractions have no exponent. */
function copyNumber(input: Buffer, at: number, out: LineBuffer): number {
  const isNegative = input[at] === BYTE.minus;
  const whole = at + Number(isNegative);
  let end = skipDigits(input, whole);
  const isZero = input[whole] === BYTE.zero;
  if (end === whole || (isZero && end - whole > 1)) return FOREIGN;
  if (input[end] === BYTE.dot) {
    const fraction = end + 1;
    end = skipDigits(input, fraction);
    if (end === fraction || input[end - 1] === BYTE.zero) return FOREIGN;
  } else if (isZero && isNegative) {
    return FOREIGN;
  }
  if (end - whole > MAX_DIGITS) return FOREIGN;
  for (let from = at; from < end; from += 1) out.put(input[from] ?? 0);
  return end;
}
