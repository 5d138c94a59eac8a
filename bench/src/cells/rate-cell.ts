/**
 * Calls `logAudit` at a constant rate, whether answers come or not, through some clients in turn; a process of its own, so
 * that nothing else is on its event loop. Arguments: events a second, seconds, clients. Prints one line of JSON.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createAuditClient, type AuditClient } from '@auditlane/audit-client';
import { sampleEvent } from '../events/sample-events.ts';

const [, , rateText = '', secondsText = '', clientsText = '1'] = process.argv;
const rate = Number(rateText);
const total = Math.max(1, Math.round(rate * Number(secondsText)));
const clients = Array.from({ length: Number(clientsText) }, () => createAuditClient());
const first = Math.floor(Math.random() * 1e9);
const waits: number[] = [];
let accepted = 0;

async function call(client: AuditClient, number: number, isCounted: boolean): Promise<void> {
  const started = performance.now();
  const receipt = await client.logAudit(sampleEvent(first + number));
  if (!isCounted) return;
  waits.push(performance.now() - started);
  if (receipt.status !== 'rejected') accepted += 1;
}

// Connections are opened by the first call of each client, which is therefore not counted.
for (const client of clients) await call(client, 0, false);
const pending: Promise<void>[] = [];
const started = performance.now();
for (let sent = 0; sent < total; await sleep(1)) {
  const due = Math.min(total, 1 + Math.floor(((performance.now() - started) / 1000) * rate));
  for (; sent < due; sent += 1) {
    const client = clients[sent % clients.length];
    if (client !== undefined) pending.push(call(client, sent, true));
  }
}
await Promise.all(pending);
const seconds = (performance.now() - started) / 1000;
await Promise.all(clients.map((client) => client.close()));
const result = { called: total, accepted, seconds, waits };
process.stdout.write(JSON.stringify(result));
