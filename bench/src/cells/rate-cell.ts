/**
 * Calls `logAudit` at a constant rate, whether answers come or not, through some clients in turn; a process of its own, so
 * that nothing else is on its event loop. Arguments: events a second, seconds, clients, and the seconds of the start whose
 * waits do not count. Prints one line of JSON.
 */
import { createAuditClient } from '@auditlane/audit-client';
import { sampleEvent } from '../events/sample-events.ts';
import { offerSteadily } from './loads.ts';

const [, , rateText = '', secondsText = '', clientsText = '1', uncountedText = '0'] = process.argv;
const perSecond = Number(rateText);
const count = Math.max(1, Math.round(perSecond * Number(secondsText)));
const uncounted = Math.round(perSecond * Number(uncountedText));
const clients = Array.from({ length: Number(clientsText) }, () => createAuditClient());
const first = Math.floor(Math.random() * 1e9);
const waits: number[] = [];
let accepted = 0;

// Connections are opened by the first call of each client, which is therefore not counted.
for (const client of clients) await client.logAudit(sampleEvent(first));
const started = performance.now();
await offerSteadily({ perSecond, count }, async (number) => {
  const calledAt = performance.now();
  const receipt = await clients[number % clients.length]?.logAudit(sampleEvent(first + number));
  if (number >= uncounted) waits.push(performance.now() - calledAt);
  if (receipt?.status !== 'rejected') accepted += 1;
});
const seconds = (performance.now() - started) / 1000;
await Promise.all(clients.map((client) => client.close()));
process.stdout.write(JSON.stringify({ called: count, accepted, seconds, waits }));
