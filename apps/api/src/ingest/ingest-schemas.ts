import { REJECTION_REASONS } from '@auditlane/audit-client';
import { AuditEventInput } from '@auditlane/schema';
import * as z from 'zod';
import { MAX_EVENTS } from './parse-events.ts';

const Issue = z.strictObject({
  path: z.string().meta({ description: 'The field; empty for the event itself.' }),
  code: z.string(),
  message: z.string(),
});

const Accepted = z
  .strictObject({
    id: z.uuid().meta({ description: 'The UUIDv7 under which the event is stored.' }),
    status: z
      .enum(['queued', 'spooled', 'stored'])
      .meta({ description: 'Where the event is: in Redis, on the disk of the API, or in Postgres.' }),
    copies: z
      .literal(2)
      .optional()
      .meta({ description: 'With AUDIT_GUARANTEE=strict: in Redis and on the disk of the API.' }),
  })
  .meta({ id: 'AcceptedReceipt' });

const Rejected = z
  .strictObject({
    status: z.literal('rejected'),
    reason: z.enum(REJECTION_REASONS),
    issues: z.array(Issue).readonly().optional(),
  })
  .meta({ id: 'RejectedReceipt' });

const ReceiptBody = z.union([Accepted, Rejected]).meta({ id: 'Receipt' });

/** The answer 202 of `POST /api/v1/events`. */
export const IngestAnswer = z
  .strictObject({
    accepted: z.int(),
    rejected: z.int(),
    receipts: z.array(ReceiptBody).readonly().meta({ description: 'One per event, in the order of the request.' }),
  })
  .meta({ id: 'IngestAnswer' });

const Text = z.union([z.string(), z.number()]).nullish();
const texts = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, Text]));

/**
 * An event as JSON can carry it: the schema of `logAudit`, with words of JSON where that one takes any value of
 * JavaScript. For the document only: what an event is, the client decides when it takes it.
 */
const EventBody = AuditEventInput.omit({ id: true })
  .extend({
    ...texts(['user_id', 'resource_type', 'resource_id', 'description', 'user_agent', 'source', 'service_name']),
    ...texts(['tenant_id', 'correlation_id', 'host', 'session_id', 'request_id', 'reason']),
    tags: z.array(z.string()).nullish(),
    metadata: z
      .record(z.string(), z.unknown())
      .nullish()
      .meta({ description: 'Anything; cut, flagged and never refused when too large or too deep.' }),
    ip_address: z
      .string()
      .nullish()
      .meta({ description: 'What is no address is kept in `metadata._auditlane.original`.' }),
    occurred_at: z
      .union([z.string(), z.number()])
      .nullish()
      .meta({ description: 'ISO 8601, or milliseconds since 1970.' }),
  })
  .meta({
    id: 'AuditEventInput',
    description: 'An audit event. Unknown members are kept in `metadata._auditlane.extra`.',
  });

/** The body of `POST /api/v1/events` as documented. */
export const IngestBody = z.union([EventBody, z.array(EventBody).min(1).max(MAX_EVENTS)]);
