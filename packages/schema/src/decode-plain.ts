import { isIPv4 } from 'node:net';
import { EVENT_CATALOGUE } from './catalogue.ts';
import { isEventCategory, isEventDomain, resolveCategoryAndDomain, severityOf } from './category.ts';
import { AUDITLANE_KEY } from './event-metadata.ts';
import type { EventRow } from './event-row.ts';
import { toIpAddress } from './ip-address.ts';
import { LIMITS } from './limits.ts';
import { toOccurredAt } from './occurred-at.ts';
import {
  OUTCOMES,
  SCHEMA_VERSION,
  SEVERITIES,
  type EventCategory,
  type EventDomain,
  type Outcome,
  type Severity,
} from './vocabularies.ts';

/*
 * The short way of decoding: an entry as our encoder writes it is checked and not changed. Anything else, down to one
 * unknown key or one doubtful character, is left to decodeForeign.
 */

/** Metadata of our own encoder: the caller's depth, below `_auditlane` and one of its keys. */
export const ENTRY_DEPTH = LIMITS.metadataDepth + 4;
/** The largest value of a Postgres int. */
export const MAX_INT = 0x7fff_ffff;
/** Escapes of U+0000 and of surrogates; an escaped backslash before them is a false alarm that costs only time. */
const RISKY_ESCAPE = /\\u(?:0000|[dD][89a-fA-F])/;
/** Numbers that a double may read as 0; the same characters inside a text are a false alarm. The first costs 0.1 µs, the second 0.8. */
const NEGATIVE_EXPONENT = /[eE]-\d{3}/;
const TINY_NUMBER = /[:,[\s]-?\d[\d.]*[eE]-\d{3}/;
/** Times that need no calendar: any month has 28 days. */
const SIMPLE_TIME =
  /^(?:19[7-9]\d|[2-9]\d{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const EVENT_TYPE = /^[A-Za-z0-9_.:-]{1,255}$/;
const SEVERITY_SET: ReadonlySet<unknown> = new Set(SEVERITIES);
const OUTCOME_SET: ReadonlySet<unknown> = new Set(OUTCOMES);

/** An entry of our encoder: each key may be absent, none has another type. */
interface PlainEntry {
  readonly id: string;
  readonly event_type: string;
  readonly event_category: EventCategory | EventDomain;
  readonly severity?: Severity;
  readonly event_domain?: EventDomain;
  readonly occurred_at?: string;
  readonly user_id?: string;
  readonly resource_type?: string;
  readonly resource_id?: string;
  readonly source?: string;
  readonly service_name?: string;
  readonly tenant_id?: string;
  readonly correlation_id?: string;
  readonly outcome?: Outcome;
  readonly host?: string;
  readonly description?: string;
  readonly ip_address?: string;
  readonly user_agent?: string;
  readonly flags?: number;
  readonly producer?: string;
  readonly n?: number;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

type Check = (value: unknown) => boolean;

function textUpTo(limit: number): Check {
  return (value) => typeof value === 'string' && value.length <= limit;
}

function isSafeCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** What each key of an entry must be; a key that is not here is foreign. */
const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['v', () => true],
  ['id', () => true],
  ['event_type', (value) => typeof value === 'string' && EVENT_TYPE.test(value)],
  ['event_category', (value) => isEventCategory(value) || isEventDomain(value)],
  ['severity', (value) => SEVERITY_SET.has(value)],
  ['event_domain', isEventDomain],
  ['occurred_at', (value) => typeof value === 'string' && (SIMPLE_TIME.test(value) || toOccurredAt(value) === value)],
  ['user_id', textUpTo(LIMITS.text.user_id)],
  ['resource_type', textUpTo(LIMITS.text.resource_type)],
  ['resource_id', textUpTo(LIMITS.text.resource_id)],
  ['source', textUpTo(LIMITS.text.source)],
  ['service_name', textUpTo(LIMITS.text.service_name)],
  ['tenant_id', textUpTo(LIMITS.text.tenant_id)],
  ['correlation_id', textUpTo(LIMITS.text.correlation_id)],
  ['outcome', (value) => OUTCOME_SET.has(value)],
  ['host', textUpTo(LIMITS.text.host)],
  ['description', textUpTo(LIMITS.text.description)],
  ['ip_address', (value) => typeof value === 'string' && (isIPv4(value) || toIpAddress(value) === value)],
  ['user_agent', textUpTo(LIMITS.text.user_agent)],
  ['flags', (value) => typeof value === 'number' && isSafeCount(value) && value <= MAX_INT],
  ['producer', textUpTo(LIMITS.text.producer)],
  ['n', isSafeCount],
  ['metadata', (value) => isFields(value) && isTame(value, 1) && isOurs(value)],
]);

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether `_auditlane` is as our encoder writes it, or absent; anything else there is a caller's. */
function isOurs(metadata: Readonly<Record<string, unknown>>): boolean {
  if (!Object.hasOwn(metadata, AUDITLANE_KEY)) return true;
  const given = metadata[AUDITLANE_KEY];
  return isFields(given) && Object.keys(given).length > 0;
}

/** Whether a parsed value is shallow enough and has only numbers that a double holds exactly or nearly. */
function isTame(value: unknown, depth: number): boolean {
  if (typeof value === 'number')
    return Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));
  if (typeof value !== 'object' || value === null) return true;
  if (depth > ENTRY_DEPTH) return false;
  if (Array.isArray(value)) return value.every((element) => isTame(element, depth + 1));
  for (const member of Object.values(value)) {
    if (!isTame(member, depth + 1)) return false;
  }
  return true;
}

function isPlainEntry(entry: Readonly<Record<string, unknown>>, text: string): entry is PlainEntry & typeof entry {
  for (const key of Object.keys(entry)) {
    const check = CHECKS.get(key);
    if (check === undefined || !check(entry[key])) return false;
  }
  if (!('event_type' in entry) || !('event_category' in entry)) return false;
  if (text.includes('\\u') && RISKY_ESCAPE.test(text)) return false;
  return text.isWellFormed() && !(NEGATIVE_EXPONENT.test(text) && TINY_NUMBER.test(text));
}

/** The row of an entry that needs no cleaning, or null. */
export function readPlainRow(entry: Readonly<Record<string, unknown>>, text: string): EventRow | null {
  if (!isPlainEntry(entry, text)) return null;
  const { severity = null, event_domain: given = null, metadata } = entry;
  const { category, domain } = resolveCategoryAndDomain(
    { eventType: entry.event_type, category: entry.event_category, domain: given, severity },
    EVENT_CATALOGUE,
  );
  return {
    id: entry.id.toLowerCase(),
    occurred_at: entry.occurred_at ?? null,
    event_domain: domain,
    user_id: entry.user_id ?? null,
    resource_type: entry.resource_type ?? null,
    resource_id: entry.resource_id ?? null,
    event_type: entry.event_type,
    event_category: category,
    severity: severity ?? severityOf(category),
    source: entry.source ?? null,
    service_name: entry.service_name ?? null,
    tenant_id: entry.tenant_id ?? null,
    correlation_id: entry.correlation_id ?? null,
    outcome: entry.outcome ?? null,
    host: entry.host ?? null,
    description: entry.description ?? null,
    metadata: metadata === undefined ? null : JSON.stringify(metadata),
    ip_address: entry.ip_address ?? null,
    user_agent: entry.user_agent ?? null,
    producer_id: entry.producer ?? null,
    producer_seq: entry.n ?? null,
    schema_version: SCHEMA_VERSION,
    flags: entry.flags ?? 0,
  };
}
