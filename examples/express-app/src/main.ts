/** Serves the example on a loopback port and prints one JSON line with its address; SIGTERM or SIGINT ends it. */
import { createAuditClient } from '@auditlane/audit-client';
import { createAccounts } from './accounts.ts';
import { createApp } from './app.ts';
import { countRefusals } from './refusals.ts';
import { createSecurityEvents } from './security-events.ts';

const audit = createAuditClient();
const accounts = createAccounts();
const security = createSecurityEvents(audit, accounts);
const server = createApp(audit, { accounts, security }).listen(Number(process.env['PORT'] ?? 0), '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : null;
  void security.service.system.started({ component: 'shop' });
  process.stdout.write(`${JSON.stringify({ msg: 'listening', port })}\n`);
});
const refusals = countRefusals(server);

async function shutDown(): Promise<void> {
  server.close();
  server.closeAllConnections();
  void security.service.system.stopped({ component: 'shop' });
  // First what waits for its batch, then the client that carries it.
  await security.close();
  await audit.close();
  process.stdout.write(`${JSON.stringify({ msg: 'stopped', refused: refusals() })}\n`);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void shutDown());
