// Logs, then awaits close, with nothing else that keeps the process.
import { createAuditClient } from '../../src/index.ts';

const client = createAuditClient();
const receipt = await client.logAudit({ event_type: 'script.ran', event_category: 'info' });
await client.close();
await client.close();
process.stdout.write(`${JSON.stringify({ receipts: [receipt] })}\n`);
