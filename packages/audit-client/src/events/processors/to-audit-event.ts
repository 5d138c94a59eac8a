import type { IdentifiedEvent } from '../../internal.ts';
import { findSecurityEventDefaults } from '../catalogue/find-defaults.ts';
import { toEventCategory } from '../catalogue/to-event-category.ts';
import type { EventPriority } from '../event-priority.ts';
import type { Coalesced, SecurityEvent } from '../security-event.ts';
import { COLUMN_OF_KEY, type DetailField } from './detail-columns.ts';

const NUMBERS: Readonly<Record<EventPriority, 0 | 1 | 2>> = { critical: 2, high: 2, medium: 1, low: 0, info: 0 };
const EVENT_TYPE = /^[A-Za-z0-9_.:-]{1,255}$/;
const NOT_IN_A_TYPE = /[^A-Za-z0-9_.:-]/g;
/** Details with more keys are not sorted: no entry keeps so many. */
const MAX_SORTED_KEYS = 2000;
/** Stands for the value of an accessor, which is never called. */
const GETTER = '[Getter]';
/** Holds details that had a name which a summary needs. */
const REPLACED = '_replaced';
/** As the event says, when it was built by hand and not by the service. */
const NO_TYPE = 'unnamed';

/** An object that is being filled. */
type Bag = Record<string, unknown>;

/** Details, sorted into what fills a column and what stays metadata. */
interface SortedDetails {
  readonly fields: Bag;
  readonly metadata: Bag;
}

/**
 * The audit event that a security event is stored as, with the same id. Total: whatever `details` is, the event has a row.
 *
 * A detail that names a column in camelCase or snake_case fills it, if the column takes such a value; snake_case wins over
 * camelCase, and the other stays in the metadata under its own name, as all else does. A type with characters that no
 * `event_type` has gets `_` for them and is kept as `type` in the metadata.
 */
export function toAuditEvent(event: SecurityEvent): IdentifiedEvent {
  const sorted = sortDetails(event.details);
  const { fields, metadata } = sorted;
  const type = toEventType(event.type, metadata);
  const known = findSecurityEventDefaults(type);
  if (event.coalesced !== undefined) {
    addCoalesced(metadata, event.coalesced);
  }
  // Filled, not spread: an event may come ten thousand times a second.
  fields['outcome'] ??= event.outcome === undefined ? known.outcome : event.outcome;
  if (event.correlationId !== null) {
    keepOther(sorted, event);
    fields['correlation_id'] = event.correlationId;
  }
  fields['id'] = event.id;
  fields['event_type'] = type;
  fields['event_category'] = event.category ?? toEventCategory(event.severity);
  fields['event_domain'] = event.domain ?? known.domain;
  fields['severity'] = event.severity;
  fields['priority'] = NUMBERS[event.priority];
  fields['source'] = event.source;
  fields['occurred_at'] = event.occurredAt;
  fields['metadata'] = metadata;
  return toTyped(fields);
}

function toEventType(given: string, metadata: Bag): string {
  if (EVENT_TYPE.test(given)) {
    return given;
  }
  metadata['type'] ??= given;
  const type = given.replaceAll(NOT_IN_A_TYPE, '_').slice(0, 255);
  return type === '' ? NO_TYPE : type;
}

/** Details of these names are the caller's: they stay, under `_replaced`. */
function addCoalesced(metadata: Bag, { count, firstAt, lastAt, firstId }: Coalesced): void {
  const facts = { count, first_at: toIsoTime(firstAt), last_at: toIsoTime(lastAt), first_id: firstId };
  const replaced = [...Object.keys(facts), REPLACED].filter((key) => Object.hasOwn(metadata, key));
  if (replaced.some((key) => key !== REPLACED)) {
    metadata[REPLACED] = Object.fromEntries(replaced.map((key) => [key, metadata[key]]));
  }
  Object.assign(metadata, facts);
}

/** The call's options win over a correlation id among the details, which then stays in the metadata under its own name. */
function keepOther({ fields, metadata }: SortedDetails, { correlationId, details }: SecurityEvent): void {
  const given = fields['correlation_id'];
  const text = typeof given === 'number' || typeof given === 'bigint' ? String(given) : given;
  if (given === undefined || text === correlationId) return;
  metadata[isOwn(details, 'correlation_id') ? 'correlation_id' : 'correlationId'] = given;
}

/** A Proxy may have let itself be looked at once and no more. */
function isOwn(target: object, key: string): boolean {
  try {
    return Object.hasOwn(target, key);
  } catch {
    return false;
  }
}

function toIsoTime(ms: number): string | null {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}

function sortDetails(details: unknown): SortedDetails {
  const sorted: SortedDetails = { fields: {}, metadata: {} };
  if (typeof details !== 'object' || details === null) {
    return sorted;
  }
  try {
    const keys = Object.keys(details);
    if (keys.length > MAX_SORTED_KEYS) {
      // Most of them will not be kept: only the encoder looks at them, which counts what it leaves out.
      const columns = [...COLUMN_OF_KEY.keys()].filter((key) => Object.hasOwn(details, key));
      fill(details, columns, sorted);
      return { fields: sorted.fields, metadata: { details } };
    }
    fill(details, keys, sorted);
  } catch {
    // A Proxy that refuses to be looked at: what was read before is kept.
    sorted.metadata['_unreadable'] = true;
  }
  return sorted;
}

function fill(details: object, keys: readonly string[], { fields, metadata }: SortedDetails): void {
  let camel: (readonly [string, DetailField, unknown])[] | null = null;
  for (const key of keys) {
    const value = readOwn(details, key);
    // What is said instead of an accessor's value is no user and no address.
    const column = value === GETTER ? undefined : COLUMN_OF_KEY.get(key);
    if (column === undefined || !column.isFit(value)) {
      put(metadata, key, value);
    } else if (key === column.field) {
      fields[column.field] = value;
    } else {
      camel ??= [];
      camel.push([key, column.field, value]);
    }
  }
  for (const [key, field, value] of camel ?? []) {
    if (Object.hasOwn(fields, field)) {
      metadata[key] = value;
    } else {
      fields[field] = value;
    }
  }
}

/** A detail called `__proto__` is a key like any other. */
function put(target: Bag, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[key] = value;
  }
}

function readOwn(target: object, key: string): unknown {
  const descriptor = Object.getOwnPropertyDescriptor(target, key);
  return descriptor === undefined || 'value' in descriptor ? descriptor?.value : GETTER;
}

/** Each value has passed the test of its column, or was made here; that is what the type says. */
function toTyped(fields: Bag): IdentifiedEvent {
  if (!isTyped(fields)) {
    throw new TypeError('an audit event without a type');
  }
  return fields;
}

function isTyped(fields: Bag): fields is Bag & IdentifiedEvent {
  return typeof fields['event_type'] === 'string';
}
