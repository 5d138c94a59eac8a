import type { CheckedEvent } from './audit-event.ts';
import { EVENT_CATALOGUE } from './catalogue.ts';
import { resolveCategoryAndDomain, severityOf } from './category.ts';
import { isCheckedEvent, NOT_AN_OBJECT, toIssues } from './check-event.ts';
import { describeThrown } from './describe-thrown.ts';
import type { EncodeContext, Encoded, EventIssue, RejectReason } from './encoded.ts';
import { fitEntry } from './fit-entry.ts';
import { Findings } from './findings.ts';
import { toIpAddress } from './ip-address.ts';
import { LIMITS } from './limits.ts';
import { toOccurredAt } from './occurred-at.ts';
import { readOwnFields, type OwnFields } from './own-fields.ts';
import { isPlainText, quote, toText, writeClean, type TextField } from './text.ts';
import { SCHEMA_VERSION } from './vocabularies.ts';
import { writeEventMetadata } from './event-metadata.ts';

/*
 * Pieces of a line that are always the same. A line is put together from pieces and made one string at the end; that
 * costs its caller as much as checking the event, and by the number of pieces.
 */
const OPENING = `{"v":${SCHEMA_VERSION},"id":"`;

/** A text column: what stands before its value, and how long it may be. */
interface TextMember {
  readonly name: TextField;
  readonly opening: string;
  readonly limit: number;
}

const USER_ID = toMember('user_id');
const RESOURCE_TYPE = toMember('resource_type');
const RESOURCE_ID = toMember('resource_id');
const SOURCE = toMember('source');
const SERVICE_NAME = toMember('service_name');
const TENANT_ID = toMember('tenant_id');
const CORRELATION_ID = toMember('correlation_id');
const HOST = toMember('host');
const DESCRIPTION = toMember('description');
const USER_AGENT = toMember('user_agent');

function toMember(name: TextField): TextMember {
  return { name, opening: `,"${name}":"`, limit: LIMITS.text[name] };
}

/**
 * Turns an event into one line of JSON for the queue: checks, cleans, masks secrets and serialises at once.
 * Total and synchronous: it never throws, and what the caller changes afterwards is not seen.
 * Refuses (`rejected`) what is no event, and what cannot be cut to `maxEventBytes`; all else that it changes is
 * flagged, and recorded in `metadata._auditlane`.
 */
export function encodeEvent(input: unknown, context: EncodeContext): Encoded {
  try {
    const own = readOwnFields(input);
    if (own === null) return reject('invalid', NOT_AN_OBJECT);
    if (!isCheckedEvent(own.record, context.mayHaveId))
      return reject('invalid', toIssues(own.record, context.mayHaveId));
    return encodeChecked(own.record, own, context);
  } catch (error) {
    return reject('invalid', [{ path: '', code: 'unreadable', message: describeThrown(error) }]);
  }
}

function reject(reason: RejectReason, issues: readonly EventIssue[]): Encoded {
  return { kind: 'rejected', reason, issues };
}

function encodeChecked(event: CheckedEvent, own: OwnFields, context: EncodeContext): Encoded {
  const findings = new Findings();
  const eventType = toText(event.event_type, 'event_type', findings) ?? '';
  const { category, domain } = resolveCategoryAndDomain(
    { eventType, category: event.event_category, domain: event.event_domain ?? null, severity: event.severity ?? null },
    context.catalogue ?? EVENT_CATALOGUE,
  );
  const severity = event.severity ?? severityOf(category);
  const occurredAt =
    event.occurred_at === undefined || event.occurred_at === null ? null : toOccurredAt(event.occurred_at);
  const address = event.ip_address === undefined || event.ip_address === null ? null : toIpAddress(event.ip_address);
  const head =
    OPENING +
    context.id +
    '","event_type":"' +
    eventType +
    '","event_category":"' +
    category +
    '","severity":"' +
    severity +
    '"' +
    (domain === null ? '' : `,"event_domain":"${domain}"`) +
    (occurredAt === null ? '' : `,"occurred_at":"${occurredAt}"`) +
    writeTexts(event, context, findings) +
    (address === null ? '' : `,"ip_address":"${address}"`) +
    member(USER_AGENT, event.user_agent, findings);
  const metadata = writeEventMetadata(event, own, {
    findings,
    redact: context.redact,
    occurredAt,
    address,
    ...(context.additions === undefined ? {} : { additions: context.additions }),
  });
  return fitEntry({ head, metadata, findings, category }, context);
}

function member({ name, opening, limit }: TextMember, value: unknown, findings: Findings): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string' && value.length <= limit) {
    return isPlainText(value) ? opening + value + '"' : opening + writeClean(value, findings).slice(1);
  }
  const text = toText(value, name, findings);
  return text === null ? '' : opening + quote(text).slice(1);
}

function writeTexts(event: CheckedEvent, { defaults }: EncodeContext, findings: Findings): string {
  return (
    member(USER_ID, event.user_id, findings) +
    member(RESOURCE_TYPE, event.resource_type, findings) +
    member(RESOURCE_ID, event.resource_id, findings) +
    member(SOURCE, event.source ?? defaults.source, findings) +
    member(SERVICE_NAME, event.service_name ?? defaults.service_name, findings) +
    member(TENANT_ID, event.tenant_id, findings) +
    member(CORRELATION_ID, event.correlation_id ?? defaults.correlation_id, findings) +
    (event.outcome === undefined || event.outcome === null ? '' : `,"outcome":"${event.outcome}"`) +
    member(HOST, event.host ?? defaults.host, findings) +
    member(DESCRIPTION, event.description, findings)
  );
}
