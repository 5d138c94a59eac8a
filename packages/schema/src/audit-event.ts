import { z } from 'zod';
import { LIMITS } from './limits.ts';
import { ACTOR_TYPES, EVENT_CATEGORIES, EVENT_DOMAINS, OUTCOMES, PRIORITIES, SEVERITIES } from './vocabularies.ts';

/** Becomes text: ids are numbers in some databases and bigints in others. */
const Text = z
  .union([z.string(), z.number(), z.bigint(), z.null()], 'Must be a string, a finite number, a bigint or null.')
  .optional();

function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, `Must be one of ${words.join(', ')}.`);
}

/** Any object but an array; a revoked Proxy is one too, and is described when it is written. */
export function isMetadataObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  try {
    return !Array.isArray(value);
  } catch {
    return true;
  }
}

/** An array of strings, read without calling an accessor. */
export function isTagList(value: unknown): value is readonly string[] {
  try {
    if (!Array.isArray(value) || value.length > LIMITS.metadataElements) return false;
    for (let index = 0; index < value.length; index += 1) {
      if (typeof Object.getOwnPropertyDescriptor(value, index)?.value !== 'string') return false;
    }
    return true;
  } catch {
    return false;
  }
}

const EventFields = z.object({
  /** 1 to 255 of [A-Za-z0-9_.:-]; a longer one is cut to 255. */
  event_type: z
    .string('Must be a string.')
    .min(1, 'Must not be empty.')
    .max(LIMITS.eventTypeInput, `Must have at most ${LIMITS.eventTypeInput} characters.`)
    .regex(/^[A-Za-z0-9_.:-]*$/, 'May contain only letters, digits and _ . : -'),
  /** Urgency (critical, warning, info); a domain word is taken as event_domain, see resolveCategoryAndDomain. */
  event_category: oneOf([...EVENT_CATEGORIES, ...EVENT_DOMAINS]),
  event_domain: oneOf(EVENT_DOMAINS).nullish(),
  severity: oneOf(SEVERITIES).nullish(),
  outcome: oneOf(OUTCOMES).nullish(),
  actor_type: oneOf(ACTOR_TYPES).nullish(),
  priority: z.literal(PRIORITIES, 'Must be 0, 1 or 2.').nullish(),
  risk_score: z.number('Must be a number.').min(0, 'Must be 0 to 100.').max(100, 'Must be 0 to 100.').nullish(),
  user_id: Text,
  resource_type: Text,
  resource_id: Text,
  description: Text,
  user_agent: Text,
  source: Text,
  service_name: Text,
  tenant_id: Text,
  correlation_id: Text,
  host: Text,
  session_id: Text,
  request_id: Text,
  reason: Text,
  tags: z.custom<readonly string[]>(isTagList, 'Must be an array of strings.').nullish(),
  metadata: z.custom<Readonly<Record<string, unknown>>>(isMetadataObject, 'Must be an object.').nullish(),
  /** What is no address is kept in `metadata._auditlane.original`, and the column is null. */
  ip_address: z.custom<string | null>(() => true).optional(),
  /** A Date, an ISO 8601 string (UTC where it names no zone) or epoch milliseconds, 1970 to 9999. */
  occurred_at: z.custom<Date | string | number | null>(() => true).optional(),
  /** Ids are minted by the library. */
  id: z.undefined('Ids are minted by the library: leave it out.').optional(),
});

/**
 * What `logAudit` takes: the truth that `checkEvent` follows. Only `event_type` and `event_category` are required.
 * A wrong type is refused, naming the field; what can be stored after cleaning (an address or a time that is none,
 * too long a text, anything in metadata) is cleaned, flagged and kept. Unknown keys are kept in
 * `metadata._auditlane.extra`.
 */
export const AuditEventInput = EventFields.loose();
/** Only known fields, so that the compiler finds a misspelt one; at run time unknown keys are kept. */
export type AuditEventInput = Readonly<z.input<typeof EventFields>>;
export type CheckedEvent = z.output<typeof EventFields>;

const StoredText = z.string().nullable();

/** An event as it is read back from `audit_logs`. */
export const AuditEvent = z.object({
  id: z.uuid(),
  created_at: z.iso.datetime(),
  stored_at: z.iso.datetime(),
  occurred_at: z.iso.datetime().nullable(),
  event_domain: z.enum(EVENT_DOMAINS).nullable(),
  user_id: StoredText,
  resource_type: StoredText,
  resource_id: StoredText,
  event_type: z.string(),
  event_category: z.enum(EVENT_CATEGORIES),
  severity: z.enum(SEVERITIES),
  source: StoredText,
  service_name: StoredText,
  tenant_id: StoredText,
  correlation_id: StoredText,
  outcome: z.enum(OUTCOMES).nullable(),
  host: StoredText,
  description: StoredText,
  metadata: z.record(z.string(), z.unknown()).nullable(),
  ip_address: StoredText,
  user_agent: StoredText,
  producer_id: StoredText,
  producer_seq: z.int().nullable(),
  schema_version: z.int(),
  flags: z.int(),
});
export type AuditEvent = z.output<typeof AuditEvent>;
