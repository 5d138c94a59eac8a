const ESCAPES = '"\\/bfnrt';
const HEX4 = /^[0-9a-fA-F]{4}$/;

/**
 * Scans one scalar of JSON. Returns the index behind it, or the complement (`~index`, negative) of the first character
 * that is wrong. Plain loops: a regular expression over megabytes of hostile text can exhaust its own stack.
 */
export function scanScalar(text: string, at: number): number {
  if (text[at] === '"') {
    return scanString(text, at);
  }
  const word = ['true', 'false', 'null'].find((literal) => text.startsWith(literal, at));
  return word === undefined ? scanNumber(text, at) : at + word.length;
}

/** Scans a string from its opening quote; returns as `scanScalar` does. */
export function scanString(text: string, at: number): number {
  for (let index = at + 1; index < text.length; index += 1) {
    const character = text[index] ?? '';
    if (character === '"') {
      return index + 1;
    }
    if (character < ' ') {
      return ~index;
    }
    if (character === '\\') {
      const isUnicode = text[index + 1] === 'u' && HEX4.test(text.slice(index + 2, index + 6));
      if (!isUnicode && (index + 1 >= text.length || !ESCAPES.includes(text[index + 1] ?? '?'))) {
        return ~Math.min(index + 1, text.length);
      }
      index += isUnicode ? 5 : 1;
    }
  }
  return ~text.length;
}

function scanNumber(text: string, at: number): number {
  const start = text[at] === '-' ? at + 1 : at;
  const whole = text[start] === '0' ? start + 1 : skipDigits(text, start);
  if (whole === start) {
    return ~start;
  }
  let end = whole;
  if (text[end] === '.') {
    const fraction = skipDigits(text, end + 1);
    if (fraction === end + 1) {
      return ~fraction;
    }
    end = fraction;
  }
  return text[end] === 'e' || text[end] === 'E' ? scanExponent(text, end + 1) : end;
}

function scanExponent(text: string, at: number): number {
  const start = text[at] === '+' || text[at] === '-' ? at + 1 : at;
  const end = skipDigits(text, start);
  return end === start ? ~start : end;
}

function skipDigits(text: string, at: number): number {
  let index = at;
  while (index < text.length && (text[index] ?? '') >= '0' && (text[index] ?? '') <= '9') {
    index += 1;
  }
  return index;
}
