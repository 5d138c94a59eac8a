import type { AuditEventInput } from '@auditlane/schema';

let built = 0;

/** A valid event as an application writes it. Each has another `resource_id`, so that rows can be told apart. */
export function buildEvent(overrides: Partial<AuditEventInput> = {}): AuditEventInput {
  built += 1;
  return {
    event_type: 'api_key_created',
    event_category: 'info',
    user_id: 'user-1',
    resource_type: 'api_key',
    resource_id: `key-${built}`,
    description: 'An API key was created',
    metadata: { key_name: 'deploy', scopes: ['ingest'] },
    ip_address: '203.0.113.7',
    user_agent: 'Mozilla/5.0 (X11; Linux x86_64) test',
    ...overrides,
  };
}
