import { types } from 'node:util';
import type { LogRecord } from '../log-record.ts';

/** Under these winston keeps the level as it was before a format coloured it, and what else was given to the call. */
const LEVEL = Symbol.for('level');
const SPLAT = Symbol.for('splat');
const ERROR_FIELDS = ['error', 'err'] as const;
/** What the exception handler adds: the environment of the process, and the stack a second time. */
const EXCEPTION_FIELDS: ReadonlySet<string> = new Set(['process', 'os', 'trace', 'date']);
const NO_FIELDS: ReadonlySet<string> = new Set();

/**
 * The record of a winston info. The error is the info itself, a field `error` or `err`, an argument of the call, or the
 * `stack` that winston took from one. Throws what a Proxy or a getter of the info throws.
 */
export function readInfo(info: object): LogRecord {
  const message: unknown = Reflect.get(info, 'message');
  const found = findError(info, message);
  const omitted = Reflect.get(info, 'exception') === true ? EXCEPTION_FIELDS : NO_FIELDS;
  const fields: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(info)) {
    if (key !== 'level' && key !== 'message' && !found.keys.includes(key) && !omitted.has(key)) {
      fields[key] = Reflect.get(info, key);
    }
  }
  if (isFields(message)) Object.assign(fields, message);
  return { level: readLevel(info), message: toText(message), time: null, fields, error: found.error };
}

function readLevel(info: object): string {
  const level: unknown = Reflect.get(info, LEVEL) ?? Reflect.get(info, 'level');
  return typeof level === 'string' ? level : 'info';
}

interface FoundError {
  readonly error: unknown;
  /** The fields that say what the error says. */
  readonly keys: readonly string[];
}

function findError(info: object, message: unknown): FoundError {
  if (types.isNativeError(info)) return { error: info, keys: ['name', 'stack', 'cause', 'code'] };
  const field = ERROR_FIELDS.find((name) => isErrorLike(Reflect.get(info, name)));
  if (field !== undefined) return { error: Reflect.get(info, field), keys: [field, 'stack'] };
  if (types.isNativeError(message)) return { error: message, keys: ['stack'] };
  const splat: unknown = Reflect.get(info, SPLAT);
  const argument: unknown = Array.isArray(splat) ? splat.find((value) => types.isNativeError(value)) : undefined;
  if (argument !== undefined) return { error: argument, keys: ['stack', 'cause', 'code'] };
  const stack: unknown = Reflect.get(info, 'stack');
  if (typeof stack !== 'string') return { error: undefined, keys: [] };
  return { error: { message: toText(message), stack, cause: Reflect.get(info, 'cause') }, keys: ['stack', 'cause'] };
}

function isErrorLike(value: unknown): boolean {
  return types.isNativeError(value) || (typeof value === 'object' && value !== null && 'message' in value);
}

/** `logger.info({ userId })` arrives as a message that is an object. */
function isFields(message: unknown): message is object {
  return typeof message === 'object' && message !== null && !types.isNativeError(message);
}

function toText(message: unknown): string {
  if (typeof message === 'string') return message;
  if (types.isNativeError(message)) return message.message;
  return isPrintable(message) ? String(message) : '';
}

function isPrintable(value: unknown): value is number | bigint | boolean | symbol {
  return ['number', 'bigint', 'boolean', 'symbol'].includes(typeof value);
}
