// Logs an info event, which waits for its batch, then one that goes at once, prints its producer, and stays.
import { BatchedEventProcessor, createAuditClient } from '@auditlane/audit-client';

const client = createAuditClient();
const batched = new BatchedEventProcessor(undefined, { client });
const waiting = await batched.addEvent({ type: 'api.request', priority: 'info' });
await client.logAudit({ event_type: 'order.paid', event_category: 'info' });
process.stdout.write(`${JSON.stringify({ producer: client.stats().producerId, status: waiting.status })}\n`);
setInterval(() => undefined, 1000);
