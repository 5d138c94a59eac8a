import { randomFillSync } from 'node:crypto';
import { types } from 'node:util';
import { createUuidV7, type Severity, SEVERITIES } from '@auditlane/schema';
import { cutText } from '../../middleware/copy-text.ts';
import { currentCorrelationId } from '../correlation/correlation.ts';
import { type EventPriority, isEventPriority } from '../event-priority.ts';
import type { CopiedDetails } from '../redaction/copy-details.ts';
import type { SecurityEvent } from '../security-event.ts';
import type { EventOptions } from './event-options.ts';
import type { TypeTable } from './type-table.ts';

const MAX_CHARACTERS = 255;
const MAX_KEY_CHARACTERS = 1024;
const SEVERITY_SET: ReadonlySet<unknown> = new Set(SEVERITIES);

/** An event that is about to be built; the details are copied already. */
export interface EventDraft {
  readonly type: string;
  readonly source: string;
  readonly details: CopiedDetails;
  readonly options: EventOptions;
}

/** Builds events: mints the id, and fills what the call does not say from the tables and the running request. */
export interface EventBuilder {
  readonly mintId: () => string;
  readonly build: (draft: EventDraft) => SecurityEvent;
}

/**
 * Makes the builder of a service. An option that is none of its words counts as not given: an event is worth more than
 * the word.
 */
export function createEventBuilder(table: TypeTable, now: () => number): EventBuilder {
  const mintId = createUuidV7(now, (bytes) => void randomFillSync(bytes));
  const build: EventBuilder['build'] = ({ type, source, details, options }) => {
    const facts = table.find(type);
    const priority = toPriority(options.priority) ?? facts.priority;
    const { severity, category } = table.judge(facts, priority, toSeverity(options.severity));
    return Object.freeze({
      id: mintId(),
      type: cutText(type, MAX_CHARACTERS),
      source: cutText(source, MAX_CHARACTERS),
      priority,
      severity,
      category,
      domain: facts.domain,
      outcome: facts.outcome,
      occurredAt: toTime(options.occurredAt) ?? now(),
      correlationId: toId(options.correlationId) ?? findCorrelationId(details) ?? currentCorrelationId(),
      // The empty text says that the event is like no other.
      dedupKey: options.dedupKey === '' ? '' : toText(options.dedupKey, MAX_KEY_CHARACTERS),
      details: Object.freeze(details),
    });
  };
  return { mintId, build };
}

function toPriority(value: unknown): EventPriority | null {
  const word = toWord(value);
  return isEventPriority(word) ? word : null;
}

function toSeverity(value: unknown): Severity | null {
  const word = toWord(value);
  return isSeverity(word) ? word : null;
}

function isSeverity(value: unknown): value is Severity {
  return SEVERITY_SET.has(value);
}

/** `CRITICAL` is the key and `critical` the value: who writes JavaScript mixes them up. */
function toWord(value: unknown): unknown {
  return typeof value === 'string' && value.length < 16 ? value.toLowerCase() : value;
}

function toTime(value: unknown): number | null {
  const ms = types.isDate(value) ? Date.prototype.getTime.call(value) : value;
  return typeof ms === 'number' && Number.isFinite(ms) ? ms : null;
}

/** What the details name counts as given; they are a copy with properties of its own. */
function findCorrelationId(details: CopiedDetails): string | null {
  if (Object.hasOwn(details, 'correlation_id')) return toId(details['correlation_id']);
  return Object.hasOwn(details, 'correlationId') ? toId(details['correlationId']) : null;
}

function toId(value: unknown): string | null {
  return toText(typeof value === 'number' || typeof value === 'bigint' ? String(value) : value, MAX_CHARACTERS);
}

function toText(value: unknown, limit: number): string | null {
  return typeof value === 'string' && value !== '' ? cutText(value, limit) : null;
}
