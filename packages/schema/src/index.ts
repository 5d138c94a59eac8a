export { AuditEvent, AuditEventInput } from './audit-event.ts';
export { defineCatalogue, EVENT_CATALOGUE, findCatalogueEntry } from './catalogue.ts';
export type { CatalogueEntry, CatalogueEventType, EventCatalogue } from './catalogue.ts';
export { isEventCategory, isEventDomain, resolveCategoryAndDomain, severityOf } from './category.ts';
export { checkEvent } from './check-event.ts';
export { DEAD_LETTER_REASONS, DeadLetter, encodeDeadLetter, toDeadLetter } from './dead-letter.ts';
export type { DeadLetterFacts, DeadLetterReason } from './dead-letter.ts';
export { decodeEntry } from './decode-entry.ts';
export type { DecodeOptions } from './decode-entry.ts';
export { describeThrown } from './describe-thrown.ts';
export { encodeEvent } from './encode-event.ts';
export type { EncodeContext, Encoded, EventDefaults, EventIssue, RejectReason } from './encoded.ts';
export type { Decoded, EventRow } from './event-row.ts';
export { EVENT_FLAGS, toFlagNames } from './flags.ts';
export type { EventFlag } from './flags.ts';
export { toPlain } from './exotic-value.ts';
export type { WriterTools } from './exotic-value.ts';
export { GETTER } from './own-fields.ts';
export { readName } from './safe-read.ts';
export { bigintToText, cutText } from './text.ts';
export { toIpAddress } from './ip-address.ts';
export { LIMITS } from './limits.ts';
export { toOccurredAt } from './occurred-at.ts';
export { OWN_EVENT_TYPES, OWN_SOURCE } from './own-event-types.ts';
export type { OwnEventType } from './own-event-types.ts';
export { parseJson } from './parse-json.ts';
export {
  createRedactionPolicy,
  DEFAULT_REDACTED_KEYS,
  DEFAULT_REDACTION,
  HASHED_PREFIX,
  isHashedSecret,
  NO_REDACTION,
  REDACTED,
} from './redaction.ts';
export type { RedactionOptions, RedactionPolicy } from './redaction.ts';
export { SchemaError } from './schema-error.ts';
export type { SchemaErrorCode } from './schema-error.ts';
export { createUuidV7, isUuidV7, uuidFloor, uuidTimeMs } from './uuid-v7.ts';
export type { RandomFill } from './uuid-v7.ts';
export {
  ACTOR_TYPES,
  EVENT_CATEGORIES,
  EVENT_DOMAINS,
  OUTCOMES,
  PRIORITIES,
  SCHEMA_VERSION,
  SEVERITIES,
} from './vocabularies.ts';
export type { ActorType, EventCategory, EventDomain, Outcome, Priority, Severity } from './vocabularies.ts';
