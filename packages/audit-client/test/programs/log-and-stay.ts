// Logs COUNT events, prints the receipts, and stays until it is killed.
import { logAudit } from '../../src/index.ts';

const calls = Array.from({ length: Number(process.env['COUNT'] ?? 3) }, (_, n) =>
  logAudit({ event_type: 'script.ran', event_category: n % 5 === 0 ? 'critical' : 'info', metadata: { n } }),
);
process.stdout.write(`${JSON.stringify({ receipts: await Promise.all(calls) })}\n`);
setInterval(() => undefined, 1000);
