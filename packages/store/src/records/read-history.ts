import type { Pool } from 'pg';

import { loadQuery } from '../load-query.ts';
import { type ResultRow, orNull, readDate, readNumber, readString } from '../postgres/read-row.ts';
import { queryOn } from '../postgres/with-client.ts';
import { readNewestFirst } from './newest-first.ts';

/** An event as it is stored. All texts and the metadata are the caller's: untrusted. */
export interface HistoryEvent {
  readonly id: string;
  /** The time of the call, from the id. */
  readonly createdAt: Date;
  readonly storedAt: Date;
  readonly occurredAt: Date | null;
  readonly eventType: string;
  readonly eventCategory: string;
  readonly eventDomain: string | null;
  readonly severity: string;
  readonly outcome: string | null;
  readonly userId: string | null;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly description: string | null;
  /** As JSON gives it. */
  readonly metadata: unknown;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly source: string | null;
  readonly serviceName: string | null;
  readonly tenantId: string | null;
  readonly correlationId: string | null;
  readonly host: string | null;
  readonly producerId: string | null;
  /** Text, since it may pass 2^53. */
  readonly producerSeq: string | null;
  readonly schemaVersion: number;
  readonly flags: number;
}

export interface HistoryPage {
  readonly resourceType: string;
  readonly resourceId: string;
  /** Id of the last event of the page before; null for the newest ones. */
  readonly before: string | null;
  /** Events of this time and later; default all. */
  readonly since?: Date;
  /** Events at most. */
  readonly limit: number;
}

/** Operators act on several dead letters at once: such an event names them in its metadata. */
const DEAD_LETTER = 'dead_letter';

/**
 * The events of one thing, newest first; of a dead letter also those of actions on several. Partitions are looked at newest first until
 * the page is full, each through a bloom filter (docs/adr/0006, docs/adr/0011): for a thing with few events that is all of them, about 10 ms a GB. Throws a StoreError.
 */
export async function readHistory(pool: Pool, page: HistoryPage): Promise<readonly HistoryEvent[]> {
  const query = loadQuery(page.resourceType === DEAD_LETTER ? 'read_dead_letter_history' : 'read_history');
  const rows = await readNewestFirst(pool, page, async (client, { from, to }, limit) => {
    const values = [page.resourceType, page.resourceId, from, to, limit];
    return (await queryOn(client, query, values)).rows;
  });
  return rows.map(toHistoryEvent);
}

function toHistoryEvent(row: ResultRow): HistoryEvent {
  const text = (column: string): string | null => orNull(readString, row, column);
  return {
    id: readString(row, 'id'),
    createdAt: readDate(row, 'created_at'),
    storedAt: readDate(row, 'stored_at'),
    occurredAt: orNull(readDate, row, 'occurred_at'),
    eventType: readString(row, 'event_type'),
    eventCategory: readString(row, 'event_category'),
    eventDomain: text('event_domain'),
    severity: readString(row, 'severity'),
    outcome: text('outcome'),
    userId: text('user_id'),
    resourceType: readString(row, 'resource_type'),
    resourceId: readString(row, 'resource_id'),
    description: text('description'),
    metadata: row['metadata'],
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    source: text('source'),
    serviceName: text('service_name'),
    tenantId: text('tenant_id'),
    correlationId: text('correlation_id'),
    host: text('host'),
    producerId: text('producer_id'),
    producerSeq: text('producer_seq'),
    schemaVersion: readNumber(row, 'schema_version'),
    flags: readNumber(row, 'flags'),
  };
}
