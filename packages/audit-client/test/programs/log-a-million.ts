// Logs a million events without awaiting one of them, then waits for all receipts and prints what became of them.
import { createAuditClient } from '../../src/index.ts';

const client = createAuditClient({ logger: { warn: () => undefined } });
let peakPending = 0;
for (let n = 0; n < 1_000_000; n += 1) {
  void client.logAudit({
    event_type: 'flood.seen',
    event_category: 'info',
    description: 'x'.repeat(200),
    metadata: { n },
  });
  if (n % 10_000 === 0) {
    peakPending = Math.max(peakPending, client.stats().pending.events);
    // Half of the flood in one turn, the other half with turns between, so that both kinds of caller are covered.
    if (n > 500_000) await new Promise((resolve) => setImmediate(resolve));
  }
}
await client.flush();
const { queued, spooled, rejected, pending } = client.stats();
process.stdout.write(`${JSON.stringify({ counts: { queued, spooled, ...rejected }, pending, peakPending })}\n`);
await client.close();
