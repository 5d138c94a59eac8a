import { types } from 'node:util';
import { AuditEventInput } from './audit-event.ts';

export type FieldRecord = Readonly<Record<string, unknown>>;

/** The caller's fields as plain values, and the keys among them that are no field of ours. */
export interface OwnFields {
  readonly record: FieldRecord;
  readonly unknownKeys: readonly string[];
}

const KNOWN_FIELDS: ReadonlySet<string> = new Set(Object.keys(AuditEventInput.shape));
const NO_KEYS: readonly string[] = [];

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
  if (types.isProxy(input) || Object.getPrototypeOf(input) !== Object.prototype) return copyOwnFields(input);
  let unknownKeys: string[] | null = null;
  for (const key of Object.keys(input)) {
    const descriptor = Object.getOwnPropertyDescriptor(input, key);
    if (descriptor?.get !== undefined || descriptor?.set !== undefined) return copyOwnFields(input);
    if (!KNOWN_FIELDS.has(key)) (unknownKeys ??= []).push(key);
  }
  return { record: input, unknownKeys: unknownKeys ?? NO_KEYS };
}

function copyOwnFields(input: FieldRecord): OwnFields | null {
  if (Array.isArray(input)) return null;
  const record: Record<string, unknown> = Object.create(null);
  const unknownKeys: string[] = [];
  for (const key of Object.keys(input)) {
    const descriptor = Object.getOwnPropertyDescriptor(input, key);
    if (descriptor === undefined) continue;
    const isAccessor = descriptor.get !== undefined || descriptor.set !== undefined;
    record[key] = isAccessor ? GETTER : descriptor.value;
    if (!KNOWN_FIELDS.has(key)) unknownKeys.push(key);
  }
  return { record, unknownKeys };
}

/** The known fields alone: what the schema looks at, bounded whatever the caller sent. */
export function pickKnownFields(record: FieldRecord): Record<string, unknown> {
  const known: Record<string, unknown> = {};
  for (const field of KNOWN_FIELDS) {
    if (Object.hasOwn(record, field)) known[field] = record[field];
  }
  return known;
}
