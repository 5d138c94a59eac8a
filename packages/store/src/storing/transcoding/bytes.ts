/** Bytes that mean something in JSON or in COPY's text format. */
export const BYTE = {
  backspace: 0x08,
  tab: 0x09,
  newline: 0x0a,
  formFeed: 0x0c,
  quote: 0x22,
  comma: 0x2c,
  minus: 0x2d,
  dot: 0x2e,
  slash: 0x2f,
  zero: 0x30,
  colon: 0x3a,
  upperN: 0x4e,
  leftBracket: 0x5b,
  backslash: 0x5c,
  rightBracket: 0x5d,
  b: 0x62,
  f: 0x66,
  n: 0x6e,
  r: 0x72,
  t: 0x74,
  u: 0x75,
  leftBrace: 0x7b,
  rightBrace: 0x7d,
} as const;

function toTable(valueOf: (byte: number) => number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => valueOf(byte));
}

/** 1 for a byte that a JSON string holds as it is: neither control, nor quote, nor backslash. */
export const IS_PLAIN = toTable((byte) => Number(byte >= 0x20 && byte !== BYTE.quote && byte !== BYTE.backslash));

/** 1 for a byte of an event_type. */
export const IS_WORD = toTable((byte) => Number(/[A-Za-z0-9_.:-]/.test(String.fromCharCode(byte))));

/** The value of a hex digit in lower case; NOT_HEX for any other byte. */
export const NOT_HEX = 16;
export const HEX_VALUE = toTable((byte) => {
  const character = String.fromCharCode(byte);
  return /[0-9a-f]/.test(character) ? Number.parseInt(character, 16) : NOT_HEX;
});

/** Whether `word` stands in `bytes` at `at`. */
export function isAt(bytes: Uint8Array, at: number, word: Uint8Array): boolean {
  for (let index = word.length - 1; index >= 0; index -= 1) {
    if (bytes[at + index] !== word[index]) return false;
  }
  return true;
}
