/**
 * The example application as it is (`with`), with a client that keeps nothing (`without`), or with one that awaits an LPUSH
 * of the event as JSON and promises nothing else (`lpush`): the same routes, the same answers. Prints one line with its
 * port; SIGTERM ends it.
 */
import { randomUUID } from 'node:crypto';
import { createAuditClient, type AuditClient, type AuditEventInput } from '@auditlane/audit-client';
import { createApp } from '../../../examples/express-app/src/app.ts';
import { openRedis } from '../servers/redis-client.ts';

const LIST = 'bench:bare-example';
const KEPT = 1_000;

const opened = new AsyncDisposableStack();
const real = opened.adopt(createAuditClient(), (audit) => audit.close());

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

async function openLpush(): Promise<AuditClient> {
  const redis = opened.use(await openRedis(process.env['REDIS_URL'] ?? ''));
  let pushed = 0;
  return toClient(async (event) => {
    await redis.lpush(LIST, JSON.stringify(event));
    pushed += 1;
    // Not awaited: it only keeps the list short.
    if (pushed % KEPT === 0) void redis.ltrim(LIST, 0, 0);
  });
}

const openClient: Readonly<Record<string, () => AuditClient | Promise<AuditClient>>> = {
  with: () => real,
  without: () => toClient(() => Promise.resolve()),
  lpush: openLpush,
};

const audit = await openClient[process.argv[2] ?? '']?.();
if (audit === undefined) throw new RangeError('started with, without or lpush');
const server = createApp(audit).listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : null;
  process.stdout.write(`${JSON.stringify({ port })}\n`);
});

process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  void opened.disposeAsync();
});
