import { randomFillSync } from 'node:crypto';
import {
  createUuidV7,
  isEventCategory,
  isEventDomain,
  isUuidV7,
  type Outcome,
  OUTCOMES,
  SEVERITIES,
} from '@auditlane/schema';
import { findSecurityEventDefaults } from '../catalogue/find-defaults.ts';
import { SecurityEventSource } from '../catalogue/security-event-source.ts';
import { currentCorrelationId } from '../correlation/correlation.ts';
import { isEventPriority } from '../event-priority.ts';
import type { Coalesced, SecurityEvent } from '../security-event.ts';

/** A security event of which only the type must be given. */
export type NewSecurityEvent = Pick<SecurityEvent, 'type'> & {
  readonly [Name in keyof Omit<SecurityEvent, 'type' | 'coalesced'>]?: SecurityEvent[Name] | undefined;
};

const SEVERITY_SET: ReadonlySet<unknown> = new Set(SEVERITIES);
/** Null: no outcome, whatever the catalogue says. */
const OUTCOME_SET: ReadonlySet<unknown> = new Set([null, ...OUTCOMES]);
const MAX_TYPE_CHARACTERS = 65_536;
const MAX_SOURCE_CHARACTERS = 255;

/** Mints ids of events: UUIDv7, growing within the process. */
export const mintEventId = createUuidV7(Date.now, (bytes) => void randomFillSync(bytes));

/**
 * A copy of an event, with all that was left out: a new id, the time of now, priority and severity of the catalogue, the
 * correlation id of the request that runs. What is given and is no such value counts as left out. Null for what has no
 * type, or cannot be read. Never throws.
 */
export function completeEvent(input: unknown): SecurityEvent | null {
  try {
    return typeof input === 'object' && input !== null ? complete(input) : null;
  } catch {
    return null;
  }
}

function complete(input: object): SecurityEvent | null {
  // Each is read once: a getter may answer something else the next time.
  const given: { readonly [Name in keyof SecurityEvent]?: unknown } = input;
  const { id, type, source, priority, severity, occurredAt, correlationId, dedupKey, details, coalesced } = given;
  const { category, domain, outcome } = given;
  if (!isType(type)) {
    return null;
  }
  // Frozen: what a processor writes to its events must not change what is counted, or handed on after it.
  return Object.freeze({
    id: isUuidV7(id) ? id : mintEventId(),
    type,
    source: isSource(source) ? source : SecurityEventSource.SYSTEM,
    priority: isEventPriority(priority) ? priority : findSecurityEventDefaults(type).priority,
    severity: isSeverity(severity) ? severity : findSecurityEventDefaults(type).severity,
    ...(isEventCategory(category) ? { category } : {}),
    ...(isEventDomain(domain) ? { domain } : {}),
    ...(isOutcome(outcome) ? { outcome } : {}),
    occurredAt: isTime(occurredAt) ? occurredAt : Date.now(),
    correlationId: typeof correlationId === 'string' ? correlationId : currentCorrelationId(),
    dedupKey: typeof dedupKey === 'string' ? dedupKey : null,
    details: isDetails(details) ? details : {},
    ...readCoalesced(coalesced),
  });
}

function readCoalesced(value: unknown): { readonly coalesced?: Coalesced } {
  if (typeof value !== 'object' || value === null) {
    return {};
  }
  const given: { readonly [Name in keyof Coalesced]?: unknown } = value;
  const { count, firstAt, lastAt, firstId } = given;
  const isWhole = isTime(count) && isTime(firstAt) && isTime(lastAt) && typeof firstId === 'string';
  return isWhole ? { coalesced: { count, firstAt, lastAt, firstId } } : {};
}

function isType(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_TYPE_CHARACTERS;
}

function isSource(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_SOURCE_CHARACTERS;
}

function isSeverity(value: unknown): value is SecurityEvent['severity'] {
  return SEVERITY_SET.has(value);
}

function isOutcome(value: unknown): value is Outcome | null {
  return OUTCOME_SET.has(value);
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isDetails(value: unknown): value is SecurityEvent['details'] {
  return typeof value === 'object' && value !== null;
}
