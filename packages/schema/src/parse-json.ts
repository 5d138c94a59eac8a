import { randomUUID } from 'node:crypto';

/** The third argument of a reviver: what the text has in the value's place. */
export type Reviver = (...seen: readonly unknown[]) => unknown;

/**
 * `JSON.parse`, without a fault of V8: once a key with a backslash in it has been parsed, some later keys with an escape
 * are taken for that key (`JSON.parse('{"q":1,"a\\\\":1}'); JSON.parse('{"q":1,"a\\"":1}')` gives the key `a\`; Node
 * 24.21 with V8 13.6 does it, Node 20.20 does not). The keys of one producer would change those of another.
 *
 * Keys with an escape are therefore parsed under names that have none and get their own names back. Texts without such
 * keys, nearly all, go straight to `JSON.parse`. Throws as `JSON.parse` does.
 */
export function parseJson(text: string, reviver?: Reviver): unknown {
  const keys = text.includes('\\') ? renameKeys(text) : null;
  if (keys === null) return parse(text, reviver);
  return restoreKeys(parse(keys.text, reviver), keys.names);
}

function parse(text: string, reviver: Reviver | undefined): unknown {
  const value: unknown = JSON.parse(text, reviver);
  return value;
}

interface RenamedKeys {
  readonly text: string;
  /** From the names in the text to the keys. */
  readonly names: ReadonlyMap<string, string>;
}

/** Null when no key has an escape, or when the text ends within a string and is no JSON. One pass, whatever the text. */
function renameKeys(text: string): RenamedKeys | null {
  const names = new Map<string, string>();
  const mark = randomUUID();
  const parts: string[] = [];
  let copied = 0;
  for (let start = text.indexOf('"'); start !== -1;) {
    const { end, hasEscape } = readString(text, start);
    if (end > text.length) return null;
    if (hasEscape && isBeforeColon(text, end)) {
      const key: unknown = JSON.parse(text.slice(start, end));
      const name = `${mark}-${names.size}`;
      names.set(name, String(key));
      parts.push(text.slice(copied, start), `"${name}"`);
      copied = end;
    }
    start = text.indexOf('"', end);
  }
  return names.size === 0 ? null : { text: parts.join('') + text.slice(copied), names };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The place behind the closing quote of the string that begins at `start`; beyond the text when it has none. */
function readString(text: string, start: number): { readonly end: number; readonly hasEscape: boolean } {
  let hasEscape = false;
  let at = start + 1;
  for (; at < text.length && text.charCodeAt(at) !== QUOTE; at += 1) {
    if (text.charCodeAt(at) === BACKSLASH) {
      hasEscape = true;
      at += 1;
    }
  }
  return { end: at + 1, hasEscape };
}

const NOT_BLANK = /[^ \t\n\r]/g;

function isBeforeColon(text: string, from: number): boolean {
  NOT_BLANK.lastIndex = from;
  return NOT_BLANK.exec(text)?.[0] === ':';
}

/** Goes through the value without recursion: a parser's depth is not bounded. */
function restoreKeys(root: unknown, names: ReadonlyMap<string, string>): unknown {
  const holder: Record<string, unknown> = { root };
  const open: Record<string, unknown>[] = [holder];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const [key, value] of Object.entries(at)) {
      if (!isObject(value)) continue;
      const restored = Array.isArray(value) ? value : withNames(value, names);
      set(at, key, restored);
      open.push(restored);
    }
  }
  return holder['root'];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function withNames(value: Record<string, unknown>, names: ReadonlyMap<string, string>): Record<string, unknown> {
  const entries = Object.entries(value);
  if (!entries.some(([key]) => names.has(key))) return value;
  const restored: Record<string, unknown> = {};
  for (const [key, member] of entries) set(restored, names.get(key) ?? key, member);
  return restored;
}

/** As the parser does it: `__proto__` is a key like any other. */
function set(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}
