import type { SecurityEvent } from '../security-event.ts';

/** Details that tell one request from the next and say nothing of what happened. */
const OF_THE_REQUEST: ReadonlySet<string> = new Set([
  'requestId',
  'request_id',
  'correlationId',
  'correlation_id',
  'traceId',
  'trace_id',
  'spanId',
  'span_id',
  'traceparent',
  'timestamp',
]);
const MAX_DEPTH = 8;
const MAX_VALUES = 500;
const MAX_CHARACTERS = 16_384;

/** Thrown inside this file alone: the event is too large or too strange to be compared. */
class Incomparable extends Error {
  override readonly name = 'Incomparable';
}

/**
 * The default fingerprint: equal for events with the same type, source, priority, severity and details, whatever the order
 * of their keys. Null for an event that is like no other: one that cannot be compared at a bounded cost. Never throws.
 */
export function toFingerprint(event: SecurityEvent): string | null {
  try {
    const { type, source, priority, severity, details } = event;
    return `${type}\n${source}\n${priority}\n${severity}\n${new Canonical().write(details, 0)}`;
  } catch {
    return null;
  }
}

/** Writes a value so that equal values give equal texts. Accessors are not run. */
class Canonical {
  #values = 0;
  #characters = 0;

  write(value: unknown, depth: number): string {
    this.#values += 1;
    if (this.#values > MAX_VALUES || depth > MAX_DEPTH) {
      throw new Incomparable();
    }
    if (typeof value === 'string') {
      this.#characters += value.length;
      if (this.#characters > MAX_CHARACTERS) {
        throw new Incomparable();
      }
      // Its length says where it ends, so nothing need be escaped.
      return `${value.length}:${value}`;
    }
    if (typeof value !== 'object' || value === null) {
      return typeof value === 'bigint' ? `${value}n` : `#${String(value)}`;
    }
    if (Array.isArray(value)) {
      return this.#writeArray(value, depth);
    }
    return value instanceof Date ? `@${value.getTime()}` : this.#writeObject(value, depth);
  }

  #writeArray(target: readonly unknown[], depth: number): string {
    if (target.length > MAX_VALUES) {
      // A hole of four billion is a length, too.
      throw new Incomparable();
    }
    let text = '[';
    for (let index = 0; index < target.length; index += 1) {
      text += `${this.write(Object.getOwnPropertyDescriptor(target, index)?.value, depth + 1)},`;
    }
    return `${text}]`;
  }

  #writeObject(target: object, depth: number): string {
    const prototype: unknown = Object.getPrototypeOf(target);
    if (prototype !== Object.prototype && prototype !== null) {
      // A Map, a Buffer, a class of the user's: its own keys do not say what it is.
      throw new Incomparable();
    }
    const keys = Object.keys(target);
    if (keys.length > MAX_VALUES) {
      throw new Incomparable();
    }
    let text = '{';
    for (const key of keys.length > 1 ? keys.toSorted() : keys) {
      if (depth > 0 || !OF_THE_REQUEST.has(key)) {
        const descriptor = Object.getOwnPropertyDescriptor(target, key);
        if (descriptor?.get !== undefined) {
          throw new Incomparable();
        }
        text += `${key.length}:${key}=${this.write(descriptor?.value, depth + 1)},`;
        this.#characters += key.length;
      }
    }
    return `${text}}`;
  }
}
