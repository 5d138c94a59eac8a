// Logs COUNT events (every second one critical when CRITICAL is set), prints the receipts, and ends without closing anything.
import { logAudit, logCriticalAudit } from '../../src/index.ts';

const count = Number(process.env['COUNT'] ?? 3);
const calls = Array.from({ length: count }, (_, n) => {
  const event = { event_type: 'script.ran', event_category: 'info', metadata: { n } } as const;
  return process.env['CRITICAL'] !== undefined && n % 2 === 1 ? logCriticalAudit(event) : logAudit(event);
});
if (process.env['AWAIT'] !== 'no') {
  process.stdout.write(`${JSON.stringify({ receipts: await Promise.all(calls) })}\n`);
}
