import type { CheckedEvent } from './audit-event.ts';
import { isEventDomain } from './category.ts';
import type { Findings } from './findings.ts';
import { pickUnknown, type OwnFields } from './own-fields.ts';
import type { RedactionPolicy } from './redaction.ts';
import { toText, type TextField } from './text.ts';
import { CALLER_BOUNDS, ValueWriter, type WriterBounds } from './value-writer.ts';

/** The key of metadata that is ours: fields without a column, originals of what was changed, what was cut. */
export const AUDITLANE_KEY = '_auditlane';
const PATH: readonly string[] = ['metadata'];
const AUDITLANE_PATH: readonly string[] = ['metadata', AUDITLANE_KEY];
const KEPT_TEXTS = ['session_id', 'request_id', 'reason'] as const;

export interface MetadataFacts {
  readonly findings: Findings;
  readonly redact: RedactionPolicy;
  /** What became of occurred_at and ip_address: null while the caller gave one means that it was none. */
  readonly occurredAt: string | null;
  readonly address: string | null;
  /** What the program itself adds. */
  readonly additions?: Readonly<Record<string, string | number>>;
}

/** JSON text of the event's metadata with all that has no column of its own, or null when there is nothing. */
export function writeEventMetadata(event: CheckedEvent, own: OwnFields, facts: MetadataFacts): string | null {
  const { metadata } = event;
  const additions = collectAdditions(event, own, facts);
  if (metadata === undefined || metadata === null) return composeMetadata(null, writeAuditlane(additions, facts));
  const members = writeMetadata(metadata, facts);
  return composeMetadata(members, writeAuditlane(additions, facts));
}

function isPlain(value: object): boolean {
  try {
    const prototype: unknown = Object.getPrototypeOf(value);
    return (prototype === Object.prototype || prototype === null) && !Object.hasOwn(value, 'toJSON');
  } catch {
    return false;
  }
}

function writeMetadata(metadata: object, { findings, redact }: MetadataFacts): string {
  if (isPlain(metadata))
    return new ValueWriter({ findings, redact, bounds: CALLER_BOUNDS, path: PATH }).writeMembers(
      metadata,
      AUDITLANE_KEY,
    );
  const text =
    new ValueWriter({ findings, redact, bounds: CALLER_BOUNDS, path: [] }).write(metadata, 'metadata') ?? 'null';
  return text.startsWith('{') ? text.slice(1, -1) : `"value":${text}`;
}

/** Joins the members of metadata with those of `_auditlane`; null when there are neither. */
export function composeMetadata(members: string | null, auditlane: string): string | null {
  if (auditlane === '') return members === null ? null : `{${members}}`;
  const separator = members === null || members === '' ? '' : ',';
  return `{${members ?? ''}${separator}"${AUDITLANE_KEY}":{${auditlane}}}`;
}

/** The members of `_auditlane`: what is added, and the records of what was cut, which come last as everything may add to them. */
export function writeAuditlane(
  additions: object | null,
  {
    findings,
    redact,
    bounds = CALLER_BOUNDS,
  }: Pick<MetadataFacts, 'findings' | 'redact'> & { readonly bounds?: WriterBounds },
): string {
  const members =
    additions === null
      ? ''
      : new ValueWriter({ findings, redact, bounds, path: AUDITLANE_PATH }).writeMembers(additions);
  if (findings.truncated.length === 0) return members;
  const untold = findings.untold === 0 ? '' : `,"truncated_more":${findings.untold}`;
  return `${members}${members === '' ? '' : ','}"truncated":${JSON.stringify(findings.truncated)}${untold}`;
}

function collectAdditions(event: CheckedEvent, own: OwnFields, facts: MetadataFacts): object | null {
  let additions: Record<string, unknown> | null = null;
  const add = (key: string, value: unknown): void => {
    if (value === undefined || value === null) return;
    additions ??= {};
    additions[key] = value;
  };
  add('priority', event.priority);
  add('actor_type', event.actor_type);
  add('risk_score', event.risk_score);
  for (const key of KEPT_TEXTS) {
    if (event[key] !== undefined) add(key, toText(event[key], key, facts.findings));
  }
  add('tags', event.tags);
  add('original', collectOriginals(event, facts));
  if (facts.additions !== undefined) {
    for (const [key, value] of Object.entries(facts.additions)) add(key, value);
  }
  if (own.droppedKeys > 0) facts.findings.flag('metadataTruncated');
  if (own.unknownKeys.length > 0) add('extra', pickUnknown(own));
  if (event.metadata) add('caller', readCallerKey(event.metadata));
  return additions;
}

function collectOriginals(event: CheckedEvent, facts: MetadataFacts): object | null {
  let originals: Record<string, unknown> | null = null;
  const add = (key: string, value: unknown): void => {
    originals ??= {};
    originals[key] = value;
  };
  if (event.ip_address !== undefined && event.ip_address !== null && facts.address === null) {
    facts.findings.flag('ipInvalid');
    add('ip_address', shorten(event.ip_address, 'ip_address', facts.findings));
  }
  if (event.occurred_at !== undefined && event.occurred_at !== null && facts.occurredAt === null) {
    facts.findings.flag('timeInvalid');
    add('occurred_at', shorten(event.occurred_at, 'occurred_at', facts.findings));
  }
  const given = event.event_domain;
  if (given !== undefined && given !== null && isEventDomain(event.event_category) && event.event_category !== given) {
    add('event_category', event.event_category);
  }
  return originals;
}

function shorten(value: unknown, field: TextField, findings: Findings): unknown {
  return typeof value === 'string' ? toText(value, field, findings) : value;
}

function readCallerKey(metadata: object): unknown {
  try {
    const value: unknown = Object.getOwnPropertyDescriptor(metadata, AUDITLANE_KEY)?.value;
    return value;
  } catch {
    return undefined;
  }
}
