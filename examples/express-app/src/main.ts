/** Serves the example and its metrics on loopback ports and prints one JSON line with both; SIGTERM or SIGINT ends it. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createAuditClient } from '@auditlane/audit-client';
import { createAccounts } from './accounts.ts';
import { createApp } from './app.ts';
import { createMetricsServer } from './metrics-server.ts';
import { countRefusals } from './refusals.ts';
import { createSecurityEvents } from './security-events.ts';

const audit = createAuditClient();
const accounts = createAccounts();
const security = createSecurityEvents(audit, accounts);
const metrics = createMetricsServer(security.service).listen(Number(process.env['METRICS_PORT'] ?? 0), '127.0.0.1');
const server = createApp(audit, { accounts, security }).listen(Number(process.env['PORT'] ?? 0), '127.0.0.1');
const refusals = countRefusals(server);

function portOf(listening: Server): number | null {
  const address = listening.address();
  return typeof address === 'object' && address !== null ? address.port : null;
}

async function shutDown(): Promise<void> {
  for (const each of [server, metrics]) {
    each.close();
    each.closeAllConnections();
  }
  void security.service.system.stopped({ component: 'shop' });
  // First what waits for its batch, then the client that carries it.
  await security.close();
  await audit.close();
  process.stdout.write(`${JSON.stringify({ msg: 'stopped', refused: refusals() })}\n`);
}

let stopped: Promise<void> | null = null;
// One of each, as a terminal and what runs under it may send them, is one shutdown; a second of one kind ends the process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void (stopped ??= shutDown()));

await Promise.all([server, metrics].map((each) => once(each, 'listening')));
void security.service.system.started({ component: 'shop' });
process.stdout.write(`${JSON.stringify({ msg: 'listening', port: portOf(server), metricsPort: portOf(metrics) })}\n`);
