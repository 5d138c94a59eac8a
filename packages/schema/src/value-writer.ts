import type { Findings } from './findings.ts';
import { LIMITS } from './limits.ts';
import { GETTER } from './own-fields.ts';
import { isHashedSecret, REDACTED, type RedactionPolicy } from './redaction.ts';
import { describeThrown } from './describe-thrown.ts';
import { bigintToText, cleanText, cutText, isPlainText, quote, writeClean } from './text.ts';
import { readName } from './safe-read.ts';
import { toPlain, type WriterTools } from './exotic-value.ts';
import { sha256Hex } from './digest.ts';

export interface WriterBounds {
  readonly depth: number;
  readonly keys: number;
  readonly elements: number;
  readonly stringCharacters: number;
  readonly characters: number;
}

export interface WriterOptions {
  /** Collects the flags and records of all that is changed. */
  readonly findings: Findings;
  readonly redact: RedactionPolicy;
  readonly bounds: WriterBounds;
  /** Where the written value will stand: named in the records. */
  readonly path: readonly string[];
}

/** Bounds of what a caller may put into metadata. */
export const CALLER_BOUNDS: WriterBounds = {
  depth: LIMITS.metadataDepth,
  keys: LIMITS.metadataKeys,
  elements: LIMITS.metadataElements,
  stringCharacters: LIMITS.metadataStringCharacters,
  characters: LIMITS.metadataCharacters,
};

const DROPPED_KEYS = '_dropped_keys';
const MAX_REMEMBERED_KEYS = 2000;
const MAX_REMEMBERED_CHARACTERS = 64;

/**
 * Writes any value as JSON that Postgres' jsonb accepts, in one pass that never throws and is bounded in depth, keys,
 * elements and characters. Own data properties are read once; accessors and iterators are not run; toJSON is called at
 * most once an object. Secrets are masked before anything is written. What JSON cannot express is described and flagged.
 */
export class ValueWriter {
  readonly #findings: Findings;
  readonly #redact: RedactionPolicy;
  readonly #bounds: WriterBounds;
  readonly #ancestors: object[] = [];
  readonly #path: string[];
  #keysLeft: number;
  #elementsLeft: number;
  #charactersLeft: number;
  #hashBytesLeft: number = LIMITS.hashedBytes * 2;
  readonly #tools: WriterTools;

  constructor({ findings, redact, bounds, path }: WriterOptions) {
    this.#findings = findings;
    this.#redact = redact;
    this.#bounds = bounds;
    this.#path = [...path];
    this.#keysLeft = bounds.keys;
    this.#elementsLeft = bounds.elements;
    this.#charactersLeft = bounds.characters;
    this.#tools = { hash: (bytes) => this.#hash(bytes), isSecretKey: redact.isSecretKey };
  }

  /** JSON text of `value`; undefined for undefined, which an object leaves out. */
  write(value: unknown, key: string): string | undefined {
    switch (typeof value) {
      case 'string':
        return this.#writeString(value, key);
      case 'number':
        return this.#writeNumber(value);
      case 'boolean':
        return value ? 'true' : 'false';
      case 'undefined':
        return undefined;
      case 'object':
        return value === null ? 'null' : this.#writeObject(value, key);
      case 'bigint':
        this.#findings.flag('unrepresentable');
        return `{"_type":"BigInt","value":"${bigintToText(value)}"}`;
      case 'symbol':
        return this.#describe(`[${String(value)}]`, key);
      case 'function':
        return this.#describe(`[Function ${readName(value) || 'anonymous'}]`, key);
    }
  }

  /** The members of a plain object without its braces, `"a":1,"b":2`, leaving out the key `skip`. */
  writeMembers(target: object, skip?: string): string {
    this.#ancestors.push(target);
    try {
      return this.#writeOwnKeys(target, skip);
    } catch (error) {
      return `"_unreadable":${this.#describe(describeThrown(error), '_unreadable')}`;
    } finally {
      this.#ancestors.pop();
    }
  }

  #describe(text: string, key: string): string {
    this.#findings.flag('unrepresentable');
    return this.#writeString(text, key);
  }

  #writeString(value: string, key: string): string {
    let text = value;
    const room = Math.max(LIMITS.metadataTailCharacters, Math.min(this.#bounds.stringCharacters, this.#charactersLeft));
    if (text.length > room) {
      this.#findings.flag('metadataTruncated');
      this.#findings.recordCut(this.#pathOf(key), text);
      text = cutText(text, room);
    }
    this.#charactersLeft -= text.length;
    const masked = this.#redact.maskText(text);
    if (masked !== text) this.#findings.flag('redacted');
    return writeClean(masked, this.#findings);
  }

  #writeNumber(value: number): string {
    if (Number.isSafeInteger(value)) {
      const digits = String(value);
      return value > 1e12 && this.#redact.maskText(digits) !== digits ? this.#writeRedacted() : digits;
    }
    if (Number.isFinite(value) && !Number.isInteger(value)) return String(value);
    this.#findings.flag('unrepresentable');
    return `"${value}"`;
  }

  #writeRedacted(): string {
    this.#findings.flag('redacted');
    return `"${REDACTED}"`;
  }

  #writeObject(value: object, key: string): string | undefined {
    if (this.#ancestors.includes(value)) return this.#describe('[Circular]', key);
    if (this.#ancestors.length >= this.#bounds.depth) {
      this.#findings.flag('metadataTruncated');
      return this.#describe('[Depth]', key);
    }
    this.#ancestors.push(value);
    this.#path.push(key);
    try {
      return this.#writeContainer(value, key);
    } catch (error) {
      return this.#describe(describeThrown(error), key);
    } finally {
      this.#ancestors.pop();
      this.#path.pop();
    }
  }

  #writeContainer(value: object, key: string): string | undefined {
    if (Array.isArray(value)) return this.#writeArray(value);
    const prototype: unknown = Object.getPrototypeOf(value);
    const isPlain = prototype === Object.prototype || prototype === null;
    const plain = isPlain && !Object.hasOwn(value, 'toJSON') ? undefined : toPlain(value, this.#tools);
    if (plain === undefined) return `{${this.#writeOwnKeys(value, undefined)}}`;
    if (plain.isLossy) this.#findings.flag('unrepresentable');
    if (typeof plain.value !== 'object' || plain.value === null) return this.write(plain.value, key);
    if (plain.value !== value && this.#ancestors.includes(plain.value)) return this.#describe('[Circular]', key);
    return Array.isArray(plain.value)
      ? this.#writeArray(plain.value)
      : `{${this.#writeOwnKeys(plain.value, undefined)}}`;
  }

  #writeOwnKeys(target: object, skip: string | undefined): string {
    const keys = Object.keys(target);
    const names = new KeyNames(keys);
    let text = '';
    for (let index = 0; index < keys.length; index += 1) {
      const key = keys[index] ?? '';
      if (this.#keysLeft <= 0) return text + this.#writeDropped(target, keys.length - index, text === '');
      if (key === skip) continue;
      this.#keysLeft -= 1;
      const value = this.#readMember(target, key);
      if (value === undefined) {
        this.#keysLeft += 1;
        continue;
      }
      text += (text === '' ? '' : ',') + this.#writeKey(key, names) + value;
    }
    return text;
  }

  #readMember(target: object, key: string): string | undefined {
    const descriptor = Object.getOwnPropertyDescriptor(target, key);
    if (descriptor === undefined) return undefined;
    const isAccessor = descriptor.get !== undefined || descriptor.set !== undefined;
    const value: unknown = isAccessor ? GETTER : descriptor.value;
    // No value is no secret.
    if (value !== undefined && value !== null && this.#redact.isSecretKey(key) && !isHashedSecret(value)) {
      return this.#writeRedacted();
    }
    return isAccessor ? this.#describe(GETTER, key) : this.write(value, key);
  }

  #writeDropped(target: object, dropped: number, isFirst: boolean): string {
    this.#findings.flag('metadataTruncated');
    const name = Object.hasOwn(target, DROPPED_KEYS) ? `${DROPPED_KEYS}_here` : DROPPED_KEYS;
    return `${isFirst ? '' : ','}"${name}":${dropped}`;
  }

  #writeKey(key: string, names: KeyNames): string {
    const known = plainKeys.get(key);
    if (known !== undefined) return known;
    if (key.length <= LIMITS.metadataKeyCharacters && isPlainText(key)) return rememberKey(key);
    if (key.length > LIMITS.metadataKeyCharacters) {
      this.#findings.flag('metadataTruncated');
      this.#findings.recordCut(this.#pathOf(`key ${cutText(key, 64)}`), key);
      return `${quote(names.toUnique(cleanText(cutText(key, LIMITS.metadataKeyCharacters), this.#findings)))}:`;
    }
    const clean = cleanText(key, this.#findings);
    return `${quote(clean === key ? key : names.toUnique(clean))}:`;
  }

  #writeArray(values: readonly unknown[]): string {
    let text = '';
    for (let index = 0; index < values.length; index += 1) {
      if (this.#elementsLeft <= 0) {
        this.#findings.flag('metadataTruncated');
        return `[${text}${index === 0 ? '' : ','}"[${values.length - index} more]"]`;
      }
      this.#elementsLeft -= 1;
      const descriptor = Object.getOwnPropertyDescriptor(values, index);
      const isAccessor = descriptor?.get !== undefined || descriptor?.set !== undefined;
      const written = isAccessor ? this.#describe(GETTER, `${index}`) : this.write(descriptor?.value, `${index}`);
      text += index === 0 ? (written ?? 'null') : `,${written ?? 'null'}`;
    }
    return `[${text}]`;
  }

  #pathOf(key: string): string {
    return [...this.#path, key].join('.');
  }

  #hash(bytes: Uint8Array): string {
    const isWhole = bytes.byteLength <= LIMITS.hashedBytes;
    const hashed = isWhole ? bytes : bytes.subarray(0, LIMITS.hashedPrefix);
    if (hashed.byteLength > this.#hashBytesLeft) return `[Buffer ${bytes.byteLength}]`;
    this.#hashBytesLeft -= hashed.byteLength;
    const suffix = isWhole ? '' : ` of the first ${LIMITS.hashedPrefix}`;
    return `[Buffer ${bytes.byteLength} sha256:${sha256Hex(hashed)}${suffix}]`;
  }
}

/** Keys that need no cleaning, as they are written. Callers may use ids as keys: full, it only stops being a short cut. */
const plainKeys = new Map<string, string>();

function rememberKey(key: string): string {
  const written = `"${key}":`;
  if (plainKeys.size < MAX_REMEMBERED_KEYS && key.length <= MAX_REMEMBERED_CHARACTERS) plainKeys.set(key, written);
  return written;
}

/** Keeps keys apart that cleaning or cutting made equal: jsonb would keep only the last of them. */
class KeyNames {
  readonly #keys: readonly string[];
  #taken: Set<string> | null = null;

  constructor(keys: readonly string[]) {
    this.#keys = keys;
  }

  toUnique(name: string): string {
    this.#taken ??= new Set(this.#keys);
    let unique = name;
    for (let copy = 2; this.#taken.has(unique); copy += 1) unique = `${name}~${copy}`;
    this.#taken.add(unique);
    return unique;
  }
}
