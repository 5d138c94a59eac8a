import type { EventRow } from '@auditlane/schema';

import { uuidAt } from './uuid-at.ts';

let built = 0;

/** A row as the worker hands it to the store, with an id of now. Each has another id and `producer_seq`. */
export function buildRow(overrides: Partial<EventRow> = {}): EventRow {
  built += 1;
  const now = Date.now();
  return {
    id: uuidAt(now),
    occurred_at: new Date(now).toISOString(),
    event_domain: null,
    user_id: 'user-1',
    resource_type: 'api_key',
    resource_id: `key-${built}`,
    event_type: 'api_key_created',
    event_category: 'info',
    severity: 'info',
    source: null,
    service_name: 'testkit',
    tenant_id: null,
    correlation_id: null,
    outcome: null,
    host: 'test-host',
    description: 'An API key was created',
    metadata: '{"key_name":"deploy"}',
    ip_address: '203.0.113.7',
    user_agent: null,
    producer_id: 'test-producer',
    producer_seq: built,
    schema_version: 1,
    flags: 0,
    ...overrides,
  };
}
