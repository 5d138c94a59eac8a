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
import { quote, toText, writeClean, type TextField } from './text.ts';
import { SCHEMA_VERSION } from './vocabularies.ts';
import { writeEventMetadata } from './event-metadata.ts';

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
    if (!isCheckedEvent(own.record)) return reject('invalid', toIssues(own.record));
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
    `{"v":${SCHEMA_VERSION},"id":"${context.id}","event_type":"${eventType}","event_category":"${category}","severity":"${severity}"` +
    word('event_domain', domain) +
    word('occurred_at', occurredAt) +
    writeTexts(event, context, findings) +
    word('ip_address', address) +
    member('user_agent', event.user_agent, findings);
  const metadata = writeEventMetadata(event, own, {
    findings,
    redact: context.redact,
    occurredAt,
    address,
    ...(context.additions === undefined ? {} : { additions: context.additions }),
  });
  return fitEntry({ head, metadata, findings, category }, context);
}

/** A member whose value needs no escape. */
function word(name: string, value: string | null): string {
  return value === null ? '' : `,"${name}":"${value}"`;
}

function member(name: TextField, value: unknown, findings: Findings): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string' && value.length <= LIMITS.text[name])
    return `,"${name}":${writeClean(value, findings)}`;
  const text = toText(value, name, findings);
  return text === null ? '' : `,"${name}":${quote(text)}`;
}

function writeTexts(event: CheckedEvent, { defaults }: EncodeContext, findings: Findings): string {
  return (
    member('user_id', event.user_id, findings) +
    member('resource_type', event.resource_type, findings) +
    member('resource_id', event.resource_id, findings) +
    member('source', event.source ?? defaults.source, findings) +
    member('service_name', event.service_name ?? defaults.service_name, findings) +
    member('tenant_id', event.tenant_id, findings) +
    member('correlation_id', event.correlation_id, findings) +
    word('outcome', event.outcome ?? null) +
    member('host', event.host ?? defaults.host, findings) +
    member('description', event.description, findings)
  );
}
