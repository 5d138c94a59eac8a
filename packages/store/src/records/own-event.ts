import { randomFillSync } from 'node:crypto';
import { hostname } from 'node:os';

import {
  type EventRow,
  type OwnEventType,
  createUuidV7,
  decodeEntry,
  encodeEvent,
  LIMITS,
  NO_REDACTION,
  OWN_EVENT_TYPES,
  OWN_SOURCE,
} from '@auditlane/schema';

import { StoreError } from '../postgres/store-error.ts';

/** What Auditlane says about itself. */
export interface OwnEvent {
  readonly eventType: OwnEventType;
  /** Which thing it is about: the history of a thing is found by this. */
  readonly resourceId: string;
  /** Which process says it, such as audit-maintenance. */
  readonly process: string;
  /** One sentence with the facts. */
  readonly description: string;
  /** `before` and `after` where something was changed; never a secret. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Who did it; left out when no person did. */
  readonly userId?: string;
}

const mint = createUuidV7(Date.now, (bytes) => void randomFillSync(bytes));

/** The row of an event of our own: cleaned and bounded like any other, without a producer, since it takes none of its numbers. */
export function toOwnRow(event: OwnEvent): EventRow {
  const { category, domain, resourceType } = OWN_EVENT_TYPES[event.eventType];
  const encoded = encodeEvent(
    {
      event_type: event.eventType,
      event_category: category,
      event_domain: domain,
      resource_type: resourceType,
      resource_id: event.resourceId,
      description: event.description,
      service_name: event.process,
      source: OWN_SOURCE,
      metadata: event.metadata,
      ...(event.userId === undefined ? {} : { user_id: event.userId }),
    },
    {
      id: mint(),
      producerId: event.process,
      producerSeq: 1,
      defaults: { host: hostname() },
      redact: NO_REDACTION,
      maxEventBytes: LIMITS.eventBytes,
    },
  );
  const decoded = encoded.kind === 'encoded' ? decodeEntry(encoded.line) : null;
  if (decoded?.kind !== 'event')
    throw new StoreError('config', `an event of type ${event.eventType} cannot be encoded`);
  return { ...decoded.row, producer_id: null, producer_seq: null };
}
