/**
 * Text of events, of other processes and of servers is written by strangers. On a terminal a control character can move
 * the cursor, forge a line, set the title or run nothing less than a clipboard write; a bidirectional override shows
 * another text than is there. What can do so is shown as its code instead: `\n`, `\x1b`, `\u{202e}`.
 */
// C0 and C1 controls, DEL, soft hyphen, zero-width and bidirectional marks, line and paragraph separators, the byte order
// mark, tag characters, lone surrogates.
const UNSAFE =
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Cs}/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text with everything that a terminal would obey, or that hides or reorders text, shown as its code. */
export function neutralize(text: string): string {
  return text.replace(UNSAFE, toCode);
}

function toCode(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return SHORT[character] ?? (code < 0x100 ? `\\x${toHex(code, 2)}` : `\\u{${code.toString(16)}}`);
}

/**
 * JSON whose value is unchanged and which is as safe to show: JSON itself escapes neither C1 controls nor overrides.
 * `space` as for JSON.stringify.
 */
export function toSafeJson(value: unknown, space = 0): string {
  const text = JSON.stringify(value, null, space) ?? 'null';
  // Line breaks and indentation of `space` are ours; inside of strings JSON has escaped its own.
  return text.replace(UNSAFE, (character) => (character === '\n' ? character : toJsonEscape(character)));
}

function toJsonEscape(character: string): string {
  return Array.from({ length: character.length }, (_, index) => `\\u${toHex(character.charCodeAt(index), 4)}`).join('');
}

function toHex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
