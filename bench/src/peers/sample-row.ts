/**
 * The sample events as rows, made as an application would that has no client of ours: the columns filled in by one
 * literal, the id minted by us, nothing validated, nothing redacted. It is the cheapest way, to the peers' advantage.
 */
import { hostname } from 'node:os';
import type { EventRow } from '@auditlane/schema';
import { mintId } from '../events/mint-id.ts';
import { sampleEvent } from '../events/sample-events.ts';

/** A row as it travels in a peer's payload: metadata is an object there, not JSON text inside JSON. */
export type PeerRow = Omit<EventRow, 'metadata'> & { readonly metadata: object | null };

const HOST = hostname();

/** The sample's fields are texts; their type admits what an application may give, too. */
function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** The row of the same sample event that `encodeSamples` makes an entry of. */
export function sampleRow(number: number): PeerRow {
  const event = sampleEvent(number);
  return {
    id: mintId(),
    occurred_at: null,
    event_domain: null,
    user_id: textOf(event.user_id),
    resource_type: textOf(event.resource_type),
    resource_id: textOf(event.resource_id),
    event_type: event.event_type,
    event_category: event.event_category === 'warning' ? 'warning' : 'info',
    severity: event.event_category === 'warning' ? 'medium' : 'info',
    source: null,
    service_name: 'bench',
    tenant_id: null,
    correlation_id: null,
    outcome: 'success',
    host: HOST,
    description: textOf(event.description),
    metadata: event.metadata ?? null,
    ip_address: textOf(event.ip_address),
    user_agent: textOf(event.user_agent),
    producer_id: 'bench',
    producer_seq: number + 1,
    schema_version: 1,
    flags: 0,
  };
}

/** `count` rows, the first of which is the row of event `first`. */
export function sampleRows(first: number, count: number): readonly PeerRow[] {
  return Array.from({ length: count }, (_, index) => sampleRow(first + index));
}
