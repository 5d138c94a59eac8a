/**
 * Finds where a text stops being JSON (RFC 8259). JSON.parse knows too, but says so in prose that changes between
 * versions of V8, and not always. This is called only after JSON.parse has failed; it keeps no values, and its only
 * memory is one character per open bracket, so nesting costs no stack.
 */
import { scanScalar, scanString } from './json-scalar.ts';

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;

/** Returns the index of the first character that cannot be part of a JSON value; the length when the text ends early. */
export function findJsonFault(text: string): number {
  const scan: Scan = { text, at: 0, open: [] };
  while (scanValue(scan) && scanAfterValue(scan)) {
    // Each turn takes one scalar or one opening bracket, and what may stand behind it.
  }
  return scan.at;
}

interface Scan {
  readonly text: string;
  at: number;
  /** Closing brackets that are awaited, innermost last. */
  readonly open: ('}' | ']')[];
}

/** Takes a scalar, an empty array or object, or opens brackets down to the first scalar. False at a fault. */
function scanValue(scan: Scan): boolean {
  for (;;) {
    skipSpace(scan);
    const bracket = scan.text[scan.at];
    if (bracket !== '[' && bracket !== '{') {
      return advance(scan, scanScalar(scan.text, scan.at));
    }
    scan.open.push(bracket === '[' ? ']' : '}');
    scan.at += 1;
    skipSpace(scan);
    if (scan.text[scan.at] === scan.open.at(-1)) {
      scan.open.pop();
      scan.at += 1;
      return true;
    }
    if (bracket === '{' && !scanName(scan)) {
      return false;
    }
  }
}

/** Takes closing brackets and then a comma with, in an object, the next name. False at a fault and at the end. */
function scanAfterValue(scan: Scan): boolean {
  for (;;) {
    skipSpace(scan);
    const awaited = scan.open.at(-1);
    const character = scan.text[scan.at];
    if (awaited === undefined || (character !== awaited && character !== ',')) {
      return false;
    }
    scan.at += 1;
    if (character === ',') {
      skipSpace(scan);
      return awaited === ']' || scanName(scan);
    }
    scan.open.pop();
  }
}

function scanName(scan: Scan): boolean {
  if (scan.text[scan.at] !== '"' || !advance(scan, scanString(scan.text, scan.at))) {
    return false;
  }
  skipSpace(scan);
  if (scan.text[scan.at] !== ':') {
    return false;
  }
  scan.at += 1;
  return true;
}

function advance(scan: Scan, next: number): boolean {
  scan.at = next < 0 ? ~next : next;
  return next >= 0;
}

function skipSpace(scan: Scan): void {
  let code = scan.text.charCodeAt(scan.at);
  while (code === SPACE || code === LINE_FEED || code === CARRIAGE_RETURN || code === TAB) {
    scan.at += 1;
    code = scan.text.charCodeAt(scan.at);
  }
}
