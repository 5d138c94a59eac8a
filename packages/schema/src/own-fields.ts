import { types } from 'node:util';
import { AuditEventInput } from './audit-event.ts';
import { LIMITS } from './limits.ts';

export type FieldRecord = Readonly<Record<string, unknown>>;

/** The caller's fields as plain values, and the keys among them that are no field of ours. */
export interface OwnFields {
  readonly record: FieldRecord;
  /** At most LIMITS.unknownKeys; their values may still be accessors. */
  readonly unknownKeys: readonly string[];
  /** Unknown keys beyond that. */
  readonly droppedKeys: number;
}

const KNOWN_FIELDS: ReadonlySet<string> = new Set(Object.keys(AuditEventInput.shape));
const NO_KEYS: readonly string[] = [];
const NOTHING = {};

/** Stands for the value of an accessor, which is never called. */
export const GETTER = '[Getter]';

function isRecord(value: unknown): value is FieldRecord {
  return typeof value === 'object' && value !== null;
}

/**
 * Reads own enumerable data properties: no accessor is called, nothing inherited is seen. Null for what is no object.
 * Throws only what a Proxy throws. A plain object without accessors, the usual one, is returned as it is.
 */
export function readOwnFields(input: unknown): OwnFields | null {
  if (!isRecord(input)) return null;
  if (types.isProxy(input) || Object.getPrototypeOf(input) !== Object.prototype || isPrototypePolluted()) {
    return Array.isArray(input) ? null : copyOwnFields(input);
  }
  let unknownKeys: string[] | null = null;
  let droppedKeys = 0;
  for (const key of Object.keys(input)) {
    if (KNOWN_FIELDS.has(key)) {
      const descriptor = Object.getOwnPropertyDescriptor(input, key);
      if (descriptor?.get !== undefined || descriptor?.set !== undefined) return copyOwnFields(input);
    } else if (unknownKeys !== null && unknownKeys.length === LIMITS.unknownKeys) droppedKeys += 1;
    else (unknownKeys ??= []).push(key);
  }
  return { record: input, unknownKeys: unknownKeys ?? NO_KEYS, droppedKeys };
}

/**
 * Whether somebody added to Object.prototype: then `record.user_id` of an event without one would be theirs, and an
 * attacker who can pollute could write any user into every event. Asking costs nothing that can be measured.
 */
function isPrototypePolluted(): boolean {
  // oxlint-disable-next-line guard-for-in
  for (const key in NOTHING) return key !== undefined;
  return false;
}

function copyOwnFields(input: FieldRecord): OwnFields {
  const record: Record<string, unknown> = Object.create(null);
  const unknownKeys: string[] = [];
  let droppedKeys = 0;
  for (const key of Object.keys(input)) {
    const isKnown = KNOWN_FIELDS.has(key);
    if (!isKnown && unknownKeys.length === LIMITS.unknownKeys) {
      droppedKeys += 1;
      continue;
    }
    const descriptor = Object.getOwnPropertyDescriptor(input, key);
    if (descriptor === undefined) continue;
    const isAccessor = descriptor.get !== undefined || descriptor.set !== undefined;
    record[key] = isAccessor ? GETTER : descriptor.value;
    if (!isKnown) unknownKeys.push(key);
  }
  return { record, unknownKeys, droppedKeys };
}

/** The unknown keys with their values, accessors as they are: the writer does not call them. */
export function pickUnknown({ record, unknownKeys, droppedKeys }: OwnFields): object {
  const extra: object = Object.create(null);
  if (droppedKeys > 0) Object.defineProperty(extra, '_dropped_keys', { value: droppedKeys, enumerable: true });
  for (const key of unknownKeys) {
    const descriptor = Object.getOwnPropertyDescriptor(record, key);
    if (descriptor !== undefined && (droppedKeys === 0 || key !== '_dropped_keys')) {
      Object.defineProperty(extra, key, descriptor);
    }
  }
  return extra;
}

/** The known fields alone: what the schema looks at, bounded whatever the caller sent. */
export function pickKnownFields(record: FieldRecord): Record<string, unknown> {
  const known: Record<string, unknown> = Object.create(null);
  for (const field of KNOWN_FIELDS) {
    if (Object.hasOwn(record, field)) known[field] = record[field];
  }
  return known;
}
