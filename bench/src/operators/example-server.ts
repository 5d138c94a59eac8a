/**
 * The example application as it is (`with`), with a client that keeps nothing (`without`), or with one that awaits an LPUSH
 * of the event as JSON and promises nothing else (`lpush`): the same routes, the same answers. Prints one line with its
 * port; SIGTERM ends it.
 */
import { randomUUID } from 'node:crypto';
import { createAuditClient, type AuditClient, type AuditEventInput } from '@auditlane/audit-client';
import { Redis } from 'ioredis';
import { createApp } from '../../../examples/express-app/src/app.ts';

const LIST = 'bench:bare-example';
const KEPT = 1_000;

const real = createAuditClient();
const redis = new Redis(process.env['REDIS_URL'] ?? '', { lazyConnect: true });

/** The example's routes use `logAudit` alone. */
function toClient(keep: (event: AuditEventInput) => Promise<unknown>): AuditClient {
  return {
    logCriticalAudit: (event) => real.logCriticalAudit(event),
    logAuditTx: (transaction, event) => real.logAuditTx(transaction, event),
    flush: () => real.flush(),
    close: () => real.close(),
    stats: () => real.stats(),
    logAudit: async (event) => {
      await keep(event);
      return { status: 'queued', id: randomUUID() };
    },
  };
}

let pushed = 0;
const clients: Readonly<Record<string, AuditClient>> = {
  with: real,
  without: toClient(() => Promise.resolve()),
  lpush: toClient(async (event) => {
    await redis.lpush(LIST, JSON.stringify(event));
    pushed += 1;
    // Not awaited: it only keeps the list short.
    if (pushed % KEPT === 0) void redis.ltrim(LIST, 0, 0);
  }),
};

const server = createApp(clients[process.argv[2] ?? ''] ?? real).listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : null;
  process.stdout.write(`${JSON.stringify({ port })}\n`);
});

process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  redis.disconnect();
  void real.close();
});
