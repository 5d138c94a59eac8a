import type { AuditClient, AuditClientOptions } from './audit-client.ts';
import { createClient } from './create-client.ts';

/**
 * Creates a client of its own; connections are opened by its first call.
 *
 * Never throws: with an invalid option every call is answered `{ status: 'rejected', reason: 'misconfigured', issues }`,
 * and the reason is logged. Options that are not given come from the environment, see {@link AuditClientOptions}.
 *
 * @example
 * const audit = createAuditClient({ redisUrl: 'redis://127.0.0.1:6379', overflow: 'spool', serviceName: 'billing' });
 * await audit.logAudit({ event_type: 'invoice.refunded', event_category: 'info', resource_id: 'inv-9' });
 * await audit.close();
 */
export function createAuditClient(options?: AuditClientOptions): AuditClient {
  return createClient(options, false);
}
