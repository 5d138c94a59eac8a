import { EVENT_CATALOGUE } from './catalogue.ts';
import { isEventCategory, isEventDomain, resolveCategoryAndDomain, severityOf } from './category.ts';
import { ENTRY_DEPTH, MAX_INT } from './decode-plain.ts';
import { AUDITLANE_KEY, composeMetadata, writeAuditlane } from './event-metadata.ts';
import type { EventRow } from './event-row.ts';
import { Findings } from './findings.ts';
import { toIpAddress } from './ip-address.ts';
import { LIMITS } from './limits.ts';
import { toOccurredAt } from './occurred-at.ts';
import { parseKeepingNumbers } from './parse-keeping-numbers.ts';
import { NO_REDACTION } from './redaction.ts';
import { toText, type TextField } from './text.ts';
import { ValueWriter, type WriterBounds } from './value-writer.ts';
import { ACTOR_TYPES, OUTCOMES, PRIORITIES, SCHEMA_VERSION, SEVERITIES } from './vocabularies.ts';

/*
 * The long way of decoding: an entry that another producer wrote, or an old one. Nothing is refused but an event without
 * a usable event_type and event_category; nothing is lost but what Postgres cannot hold. Secrets are not masked here: that
 * is the producer's decision, and our clients have taken it.
 */
type Entry = Readonly<Record<string, unknown>>;

/** An entry is bounded by its bytes; only what Postgres would refuse is bounded again. */
const ENTRY_BOUNDS: WriterBounds = {
  depth: ENTRY_DEPTH,
  keys: Infinity,
  elements: Infinity,
  stringCharacters: Infinity,
  characters: Infinity,
};
const EVENT_TYPE = /^[A-Za-z0-9_.:-]+$/;

/** Keys without a column that the client keeps in `_auditlane` under their own name. */
const KEPT: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['priority', isOneOf(PRIORITIES)],
  ['actor_type', isOneOf(ACTOR_TYPES)],
  ['risk_score', (value: unknown) => typeof value === 'number' && value >= 0 && value <= 100],
  ['session_id', isString],
  ['request_id', isString],
  ['reason', isString],
  ['tags', (value: unknown) => Array.isArray(value) && value.every(isString)],
]);

function isString(value: unknown): boolean {
  return typeof value === 'string';
}

function isOneOf(words: readonly unknown[]): (value: unknown) => boolean {
  return (value) => words.includes(value);
}

/** Takes fields out of an entry one by one; what nobody could take is left for `extra`. */
class EntryReader {
  readonly findings = new Findings();
  readonly originals: Record<string, unknown> = {};
  readonly #entry: Entry;
  readonly #left: Set<string>;

  constructor(entry: Entry) {
    this.#entry = entry;
    this.#left = new Set(Object.keys(entry));
  }

  take<Taken>(key: string, parse: (value: unknown) => Taken | null): Taken | null {
    const value = this.#entry[key];
    if (value === undefined || value === null) {
      this.#left.delete(key);
      return null;
    }
    const taken = parse(value);
    if (taken === null) this.findings.flag('fieldInvalid');
    else this.#left.delete(key);
    return taken;
  }

  takeText(key: TextField): string | null {
    return this.take(key, (value) => toText(value, key, this.findings));
  }

  takeWord<Word extends string>(key: string, words: readonly Word[]): Word | null {
    return this.take(key, (value) => words.find((word) => word === value) ?? null);
  }

  /** Like take, but what is none goes to the originals under its own flag, as the client does it. */
  takeOrKeep(key: string, flag: 'ipInvalid' | 'timeInvalid', parse: (value: unknown) => string | null): string | null {
    const value = this.#entry[key];
    this.#left.delete(key);
    if (value === undefined || value === null) return null;
    const taken = parse(value);
    if (taken === null) {
      this.findings.flag(flag);
      this.originals[key] = value;
    }
    return taken;
  }

  takeRest(): Record<string, unknown> {
    const rest: Record<string, unknown> = Object.create(null);
    for (const key of this.#left) rest[key] = this.#entry[key];
    return rest;
  }
}

function isObject(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toCount(value: unknown, max: number): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max ? value : null;
}

/** The row of any entry with an id, or a sentence that names the field for which it has none. */
export function decodeForeign(parsed: Entry, text: string, id: string): EventRow | string {
  const { event_type: type, event_category: word } = parsed;
  if (typeof type !== 'string' || type.length > LIMITS.eventTypeInput || !EVENT_TYPE.test(type)) {
    return 'event_type: must be 1 to 255 of [A-Za-z0-9_.:-].';
  }
  if (!isEventCategory(word) && !isEventDomain(word)) return 'event_category: must be critical, warning or info.';
  const again = parseKeepingNumbers(text);
  const reader = new EntryReader(isObject(again) ? again : parsed);
  for (const key of ['v', 'id', 'event_category']) reader.take(key, (value) => value);
  const eventType = reader.takeText('event_type') ?? type;
  const severity = reader.takeWord('severity', SEVERITIES);
  const given = reader.take('event_domain', (value) => (isEventDomain(value) ? value : null));
  const resolved = resolveCategoryAndDomain({ eventType, category: word, domain: given, severity }, EVENT_CATALOGUE);
  if (given !== null && isEventDomain(word) && word !== given) reader.originals['event_category'] = word;
  return {
    id: id.toLowerCase(),
    occurred_at: reader.takeOrKeep('occurred_at', 'timeInvalid', toOccurredAt),
    event_domain: resolved.domain,
    user_id: reader.takeText('user_id'),
    resource_type: reader.takeText('resource_type'),
    resource_id: reader.takeText('resource_id'),
    event_type: eventType,
    event_category: resolved.category,
    severity: severity ?? severityOf(resolved.category),
    source: reader.takeText('source'),
    service_name: reader.takeText('service_name'),
    tenant_id: reader.takeText('tenant_id'),
    correlation_id: reader.takeText('correlation_id'),
    outcome: reader.takeWord('outcome', OUTCOMES),
    host: reader.takeText('host'),
    description: reader.takeText('description'),
    ip_address: reader.takeOrKeep('ip_address', 'ipInvalid', toIpAddress),
    user_agent: reader.takeText('user_agent'),
    producer_id: reader.takeText('producer'),
    producer_seq: reader.take('n', (value) => toCount(value, Number.MAX_SAFE_INTEGER)),
    schema_version: SCHEMA_VERSION,
    ...writeRest(reader),
  };
}

/** Runs last: what no column took, and the flags of all that came before. */
function writeRest(reader: EntryReader): Pick<EventRow, 'metadata' | 'flags'> {
  const { findings } = reader;
  const given = reader.take('flags', (value) => toCount(value, MAX_INT)) ?? 0;
  const metadata = reader.take('metadata', (value) => (isObject(value) ? value : null));
  const writer = new ValueWriter({ findings, redact: NO_REDACTION, bounds: ENTRY_BOUNDS, path: ['metadata'] });
  const members = metadata === null ? null : writer.writeMembers(metadata, AUDITLANE_KEY);
  const additions = collectAdditions(reader, metadata?.[AUDITLANE_KEY]);
  const auditlane = writeAuditlane(additions, { findings, redact: NO_REDACTION, bounds: ENTRY_BOUNDS });
  return { metadata: composeMetadata(members, auditlane), flags: given | findings.flags };
}

function collectAdditions(reader: EntryReader, given: unknown): Record<string, unknown> | null {
  const additions: Record<string, unknown> = Object.create(null);
  if (isObject(given)) Object.assign(additions, given);
  else if (given !== undefined) additions['caller'] = given;
  for (const [key, isValid] of KEPT) {
    const kept = reader.take(key, (value) => (isValid(value) ? value : null));
    if (kept !== null) additions[key] = kept;
  }
  mergeInto(additions, 'original', reader.originals);
  mergeInto(additions, 'extra', reader.takeRest());
  if (reader.findings.truncated.length > 0 && 'truncated' in additions) {
    additions['truncated_by_producer'] = additions['truncated'];
    delete additions['truncated'];
  }
  return Object.keys(additions).length === 0 ? null : additions;
}

function mergeInto(additions: Record<string, unknown>, key: string, added: Record<string, unknown>): void {
  if (Object.keys(added).length === 0) return;
  const before = additions[key];
  const merged: Record<string, unknown> = Object.create(null);
  additions[key] = Object.assign(merged, isObject(before) ? before : {}, added);
}
