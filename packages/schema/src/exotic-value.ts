import { types } from 'node:util';
import { LIMITS } from './limits.ts';
import { REDACTED } from './redaction.ts';
import { readClassName, readDataProperty } from './safe-read.ts';

/** A value in terms of what JSON has. `isLossy` says that it stands for something JSON cannot express. */
export interface PlainValue {
  readonly value: unknown;
  readonly isLossy: boolean;
}

/** What the writer lends: its hash budget and its list of secret keys. */
export interface WriterTools {
  readonly hash: (bytes: Uint8Array) => string;
  readonly isSecretKey: (key: string) => boolean;
}

const same = (value: unknown): PlainValue => ({ value, isLossy: false });
const described = (value: string): PlainValue => ({ value, isLossy: true });

/**
 * What stands for an object that is neither plain nor an array; undefined when its own data properties do.
 * Only built-in accessors run, and the object's toJSON, once. May throw: the caller describes it.
 */
export function toPlain(value: object, tools: WriterTools): PlainValue | undefined {
  return (
    toPlainBuiltIn(value, tools) ??
    toPlainCollection(value, tools) ??
    toPlainByToJson(value, tools) ??
    toPlainName(value)
  );
}

function toPlainBuiltIn(value: object, { hash }: WriterTools): PlainValue | undefined {
  if (types.isDate(value)) {
    const ms = Date.prototype.getTime.call(value);
    return Number.isNaN(ms) ? described('Invalid Date') : same(new Date(ms).toISOString());
  }
  if (ArrayBuffer.isView(value)) return same(hash(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)));
  if (types.isAnyArrayBuffer(value)) return same(hash(new Uint8Array(value)));
  if (types.isRegExp(value)) return same(`[RegExp ${RegExp.prototype.toString.call(value)}]`);
  if (types.isNumberObject(value)) return same(Number.prototype.valueOf.call(value));
  if (types.isStringObject(value)) return same(String.prototype.valueOf.call(value));
  if (types.isBooleanObject(value)) return same(Boolean.prototype.valueOf.call(value));
  if (types.isBigIntObject(value)) return same(BigInt.prototype.valueOf.call(value));
  if (types.isSymbolObject(value)) return same(Symbol.prototype.valueOf.call(value));
  return types.isNativeError(value) ? same(toErrorFacts(value)) : undefined;
}

function toPlainCollection(value: object, { isSecretKey }: WriterTools): PlainValue | undefined {
  // The built-in iterators, not the object's own: a subclass cannot make them endless.
  if (types.isMap(value)) {
    const entries = takeSome(Map.prototype.entries.call(value), mapSize(value));
    return same({ _type: 'Map', entries: entries.map((entry) => maskEntry(entry, isSecretKey)) });
  }
  if (types.isSet(value))
    return same({ _type: 'Set', values: takeSome(Set.prototype.values.call(value), setSize(value)) });
  if (value instanceof URL)
    return same(value.href.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/:@]*):[^/@]*@/i, '$1:[REDACTED]@'));
  return undefined;
}

const readMapSize = Object.getOwnPropertyDescriptor(Map.prototype, 'size')?.get;
const readSetSize = Object.getOwnPropertyDescriptor(Set.prototype, 'size')?.get;

function mapSize(value: object): number {
  return Number(readMapSize?.call(value) ?? 0);
}

function setSize(value: object): number {
  return Number(readSetSize?.call(value) ?? 0);
}

function takeSome(values: Iterable<unknown>, size: number): unknown[] {
  const taken: unknown[] = [];
  for (const value of values) {
    if (taken.length === LIMITS.metadataKeys) {
      taken.push(`[${size - taken.length} more]`);
      break;
    }
    taken.push(value);
  }
  return taken;
}

function maskEntry(entry: unknown, isSecretKey: (key: string) => boolean): unknown {
  if (!Array.isArray(entry) || typeof entry[0] !== 'string' || !isSecretKey(entry[0])) return entry;
  return [entry[0], REDACTED];
}

function toErrorFacts(error: Error): Record<string, unknown> {
  const facts: Record<string, unknown> = Object.create(null);
  facts['_type'] = 'Error';
  for (const key of ['name', 'message', 'code', 'cause']) {
    const value = readDataProperty(error, key);
    if (value !== undefined) facts[key] = value;
  }
  for (const key of Object.keys(error)) facts[key] ??= readDataProperty(error, key);
  return facts;
}

function toPlainByToJson(value: object, tools: WriterTools): PlainValue | undefined {
  const toJson = readDataProperty(value, 'toJSON');
  if (typeof toJson !== 'function') return undefined;
  const answer: unknown = Reflect.apply(toJson, value, []);
  // The answer is data: its own toJSON is not asked again.
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return same(answer);
  return toPlainBuiltIn(answer, tools) ?? toPlainCollection(answer, tools) ?? toPlainName(answer) ?? same(answer);
}

function toPlainName(value: object): PlainValue | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype || Object.keys(value).length > 0) return undefined;
  return described(`[${readClassName(value)}]`);
}
