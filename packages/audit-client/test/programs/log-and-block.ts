// Logs at once, keeps the event loop busy for three seconds, and prints what became of the events.
import { createAuditClient } from '../../src/index.ts';

const client = createAuditClient({ overflow: 'drop', deadlineMs: 1000 });
const calls = Array.from({ length: 10 }, () => client.logAudit({ event_type: 'script.ran', event_category: 'info' }));
await new Promise((resolve) => setImmediate(resolve));
const end = performance.now() + 3000;
while (performance.now() < end) JSON.stringify(end);
process.stdout.write(`${JSON.stringify({ receipts: await Promise.all(calls) })}\n`);
