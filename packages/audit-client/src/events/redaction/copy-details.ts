import { createHash } from 'node:crypto';
import {
  bigintToText,
  cutText,
  describeThrown,
  GETTER,
  LIMITS,
  readName,
  REDACTED,
  toPlain,
  type WriterTools,
} from '@auditlane/schema';
import { detach } from '../../middleware/copy-text.ts';
import { actionOf, NO_PATHS, type PathRules, stepInto } from './path-rules.ts';
import type { Redaction } from './redaction.ts';

/** An event that waits holds its details: what no row could keep is cut off before it does. */
const MAX_CHARACTERS = 65_536;
const HASHED_BYTES = 1_048_576;
/** Bytes and characters that are hashed for one event; it must not hold up the process, whatever was passed in. */
const MAX_HASHED = 8 * HASHED_BYTES;
/** Columns that hold ids, at the top of the details: no card is looked for in them. */
const IDS: ReadonlySet<string> = new Set(
  ['user', 'resource', 'session', 'tenant', 'request', 'correlation', 'device'].flatMap((name) => [
    `${name}Id`,
    `${name}_id`,
  ]),
);

/** Details as processors and handlers get them: plain, redacted, bounded, and nobody else's. */
export type CopiedDetails = Record<string, unknown>;

/**
 * Copies the details of an event, redacted. Total and synchronous: accessors are not called, cycles end, `__proto__` is a
 * key like any other. What JSON has no word for is described as in `logAudit`'s metadata (`[Function f]`, `[Circular]`),
 * dates become texts, bigints their digits. A text above 32,768 characters, or beyond 65,536 in all, is cut, and
 * `_truncated` says how long it was. What is no object is kept under `value`. All but the top is frozen: what a handler or
 * a processor changes must not change what the others get, nor what is stored.
 */
export function copyDetails(details: unknown, redaction: Redaction): CopiedDetails {
  if (details === undefined || details === null) return {};
  const copying = new Copying(redaction);
  const copied = copying.copy(details, 'details', redaction.paths);
  const members: CopiedDetails = isRecord(copied) ? copied : { value: copied };
  if (copying.cuts !== null && !Object.hasOwn(members, '_truncated'))
    members['_truncated'] = Object.freeze(copying.cuts);
  return members;
}

function isRecord(value: unknown): value is CopiedDetails {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

class Copying {
  readonly #redaction: Redaction;
  #tools: WriterTools | null = null;
  readonly #ancestors: object[] = [];
  readonly #path: string[] = [];
  #keysLeft: number = LIMITS.metadataKeys;
  #elementsLeft: number = LIMITS.metadataElements;
  #charactersLeft = MAX_CHARACTERS;
  #hashesLeft = MAX_HASHED;
  /** Characters of the originals of what was cut, by path. */
  cuts: Record<string, number> | null = null;

  constructor(redaction: Redaction) {
    this.#redaction = redaction;
  }

  copy(value: unknown, key: string, rules: PathRules): unknown {
    switch (typeof value) {
      case 'string':
        return this.#copyText(value, key);
      case 'number':
        return this.#copyNumber(value, key);
      case 'bigint':
        return this.#copyText(bigintToText(value), key);
      case 'symbol':
        return this.#copyText(`[${String(value)}]`, key);
      case 'function':
        return `[Function ${readName(value) || 'anonymous'}]`;
      case 'object':
        return value === null ? null : this.#copyObject(value, key, rules);
      case 'boolean':
      case 'undefined':
        return value;
    }
  }

  #copyText(value: string, key: string): string {
    const room = Math.max(
      LIMITS.metadataTailCharacters,
      Math.min(LIMITS.metadataStringCharacters, this.#charactersLeft),
    );
    let text = value;
    if (text.length > room) {
      text = detach(value, cutText(value, room));
      this.#note(key, value.length);
    }
    this.#charactersLeft -= text.length;
    return this.#isId(key) ? text : this.#redaction.policy.maskText(text);
  }

  #copyNumber(value: number, key: string): unknown {
    if (!Number.isFinite(value)) return String(value);
    const isLong = value > 1e12 && Number.isSafeInteger(value) && !this.#isId(key);
    return isLong && this.#redaction.policy.maskText(String(value)) === REDACTED ? REDACTED : value;
  }

  #isId(key: string): boolean {
    return this.#path.length === 1 && IDS.has(key);
  }

  #copyObject(value: object, key: string, rules: PathRules): unknown {
    if (this.#ancestors.includes(value)) return '[Circular]';
    if (this.#ancestors.length >= LIMITS.metadataDepth) return '[Depth]';
    this.#ancestors.push(value);
    this.#path.push(key);
    try {
      return this.#copyContainer(value, key, rules);
    } catch (error) {
      return this.#redaction.policy.maskText(describeThrown(error));
    } finally {
      this.#ancestors.pop();
      this.#path.pop();
    }
  }

  #copyContainer(value: object, key: string, rules: PathRules): unknown {
    if (Array.isArray(value)) return this.#copyArray(value, rules);
    const prototype: unknown = Object.getPrototypeOf(value);
    const isPlain = prototype === Object.prototype || prototype === null;
    const plain = isPlain && !Object.hasOwn(value, 'toJSON') ? undefined : toPlain(value, this.#findTools());
    if (plain === undefined) return this.#copyMembers(value, rules);
    if (typeof plain.value !== 'object' || plain.value === null) return this.copy(plain.value, key, rules);
    if (plain.value !== value && this.#ancestors.includes(plain.value)) return '[Circular]';
    return Array.isArray(plain.value) ? this.#copyArray(plain.value, rules) : this.#copyMembers(plain.value, rules);
  }

  #findTools(): WriterTools {
    // The entries of a Map are judged here, as pairs: they may be for hashing.
    this.#tools ??= { hash: (bytes) => this.#describeBytes(bytes), isSecretKey: () => false };
    return this.#tools;
  }

  #copyMembers(target: object, rules: PathRules): CopiedDetails {
    const copied = this.#fill({}, target, rules);
    // The top is added to, and frozen with the event.
    return this.#ancestors.length === 1 ? copied : Object.freeze(copied);
  }

  #fill(copied: CopiedDetails, target: object, rules: PathRules): CopiedDetails {
    const keys = Object.keys(target);
    for (let index = 0; index < keys.length; index += 1) {
      const key = keys[index] ?? '';
      if (this.#keysLeft <= 0 || (key.length > LIMITS.metadataKeyCharacters && key.length > this.#charactersLeft)) {
        copied['_dropped_keys'] = keys.length - index;
        return copied;
      }
      this.#keysLeft -= 1;
      this.#charactersLeft -= key.length;
      const value = this.#copyMember(target, key, stepInto(rules, key));
      if (value !== undefined) set(copied, key, value);
    }
    return copied;
  }

  #copyMember(target: object, key: string, rules: PathRules): unknown {
    const descriptor = Object.getOwnPropertyDescriptor(target, key);
    const isAccessor = descriptor?.get !== undefined || descriptor?.set !== undefined;
    const value: unknown = isAccessor ? GETTER : descriptor?.value;
    if (value === undefined || value === null) return value;
    const action = actionOf(rules);
    const name = Array.isArray(target) ? this.#nameIn(target, key) : key;
    if (action === 'hash' || this.#redaction.isHashedKey(name)) return this.#hash(value, key);
    if (action === 'mask' || this.#redaction.policy.isSecretKey(name)) return REDACTED;
    return this.copy(value, key, rules);
  }

  /** The second of a pair in a list (the entries of a Map, of headers), and every second of `rawHeaders`, has the first for its name. */
  #nameIn(values: readonly unknown[], key: string): string {
    const index = Number(key);
    const isPair = index === 1 && values.length === 2 && Array.isArray(this.#ancestors.at(-2));
    if (!isPair && (index % 2 === 0 || this.#path.at(-1) !== 'rawHeaders')) return key;
    const name: unknown = Object.getOwnPropertyDescriptor(values, index - 1)?.value;
    return typeof name === 'string' ? name : key;
  }

  /** Of the value itself, not of the mask that it would become. Masked where too much was hashed before it. */
  #hash(value: unknown, key: string): string {
    const text = typeof value === 'string' || typeof value === 'number' ? String(value) : this.#write(value, key);
    return this.#takeHashes(text.length) ? this.#redaction.hash(text) : REDACTED;
  }

  #write(value: unknown, key: string): string {
    const copied = this.copy(value, key, NO_PATHS);
    return typeof copied === 'string' ? copied : JSON.stringify(copied);
  }

  #takeHashes(size: number): boolean {
    this.#hashesLeft -= Math.min(size, HASHED_BYTES);
    return this.#hashesLeft >= 0;
  }

  #describeBytes(bytes: Uint8Array): string {
    if (!this.#takeHashes(bytes.byteLength)) return `[Buffer ${bytes.byteLength}]`;
    const hashed = bytes.subarray(0, HASHED_BYTES);
    const suffix = hashed.byteLength === bytes.byteLength ? '' : ` of the first ${HASHED_BYTES}`;
    return `[Buffer ${bytes.byteLength} sha256:${createHash('sha256').update(hashed).digest('hex')}${suffix}]`;
  }

  #copyArray(values: readonly unknown[], rules: PathRules): readonly unknown[] {
    const copied: unknown[] = [];
    for (let index = 0; index < values.length; index += 1) {
      if (this.#elementsLeft <= 0) {
        copied.push(`[${values.length - index} more]`);
        break;
      }
      this.#elementsLeft -= 1;
      const key = String(index);
      copied.push(this.#copyMember(values, key, stepInto(rules, key)) ?? null);
    }
    return Object.freeze(copied);
  }

  #note(key: string, characters: number): void {
    this.cuts ??= {};
    const path = [...this.#path.slice(1), key].join('.').slice(0, LIMITS.metadataKeyCharacters);
    set(this.cuts, path, characters);
  }
}

/** As `JSON.parse` does it: `__proto__` is a key like any other. */
function set(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  else target[key] = value;
}
