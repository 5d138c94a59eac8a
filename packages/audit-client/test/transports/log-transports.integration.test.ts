import { once } from 'node:events';
import { useDatabase, useRedis, waitFor } from '@auditlane/testkit';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { createLogger } from 'winston';
import { createSecurityEventService, runWithCorrelation } from '../../src/index.ts';
import type { AuditClientOptions } from '../../src/audit-client.ts';
import type { AuditLogger } from '../../src/audit-logger.ts';
import { createPinoTransport, type PinoTransport } from '../../src/transports/pino/index.ts';
import { createWinstonTransport } from '../../src/transports/winston/index.ts';
import { drainQueue } from '../support/drain-queue.ts';
import { createTestClient } from '../support/test-client.ts';

const { url, redis } = await useRedis();
const database = await useDatabase();
const NOWHERE = 'redis://127.0.0.1:1';

function createService(options: AuditClientOptions) {
  const { client } = createTestClient(options);
  const service = createSecurityEventService({
    client,
    batchProcessing: { preset: 'realtime', enableDeduplication: false },
    ...(options.logger === undefined ? {} : { logger: options.logger }),
  });
  onTestFinished(() => service.close());
  return service;
}

/** What is in `security_events` of these columns, in the order of the events. */
async function readSecurityEvents(columns: string): Promise<readonly Record<string, unknown>[]> {
  await drainQueue(redis, database.pool);
  const { rows } = await database.pool.query<Record<string, unknown>>(
    `select ${columns} from audit_logs where id in (select id from security_events) order by occurred_at, id`,
  );
  return rows;
}

test('what winston and pino log becomes rows of security_events', async () => {
  const service = createService({ redisUrl: url });
  const winston = createLogger({ transports: [createWinstonTransport({ service })] });
  runWithCorrelation('request-1', () =>
    winston.warn('card declined', { userId: 'u1', ipAddress: '203.0.113.7', cart: 3 }),
  );
  winston.end();
  await once(winston, 'finish');
  const transport = createPinoTransport({ service, type: 'billing.card.declined' });
  pino({ base: null }, transport).error({ correlationId: 'request-2', outcome: 'denied' }, 'card declined');
  transport.end();
  await once(transport, 'close');
  const columns =
    'event_type, event_domain, event_category, severity, source, user_id, host(ip_address) as ip, correlation_id, outcome, description, metadata';
  expect(await readSecurityEvents(columns)).toMatchObject([
    {
      event_type: 'log.warn',
      event_domain: 'system',
      event_category: 'warning',
      severity: 'medium',
      source: 'service',
      user_id: 'u1',
      ip: '203.0.113.7',
      correlation_id: 'request-1',
      description: 'card declined',
      metadata: { level: 'warn', cart: 3 },
    },
    {
      event_type: 'billing.card.declined',
      severity: 'high',
      correlation_id: 'request-2',
      outcome: 'denied',
      description: 'card declined',
      metadata: { level: 'error' },
    },
  ]);
});

test('the time of a pino record is when it occurred', async () => {
  const transport = createPinoTransport({ service: createService({ redisUrl: url }) });
  const time = Date.parse('2026-01-02T03:04:05.678Z');
  transport.write(`{"level":30,"time":${time},"msg":"late"}\n`);
  transport.end();
  await once(transport, 'close');
  const rows = await readSecurityEvents('extract(epoch from occurred_at) * 1000 as ms');
  expect(rows.map(({ ms }) => Number(ms))).toContain(time);
});

test('with Redis away and no spool logging goes on: every record is counted, and the rest is dropped', async () => {
  const service = createService({ redisUrl: NOWHERE, overflow: 'drop', bufferMaxEvents: 100 });
  const transport = createPinoTransport({ service, maxPending: 50, closeTimeout: 500 });
  const lines: string[] = [];
  const log = pino(
    {},
    pino.multistream([{ stream: { write: (line) => void lines.push(line) } }, { stream: transport }]),
  );
  for (let count = 0; count < 5000; count += 1) log.error({ count }, 'failed');
  expect(lines).toHaveLength(5000);
  expect(transport.getStats().pending).toBeLessThanOrEqual(50);
  transport.end();
  await once(transport, 'close');
  const { received, dropped, sent, refused, pending } = transport.getStats();
  expect(received).toBe(5000);
  expect(dropped).toBeGreaterThan(0);
  expect(sent + refused + dropped + pending).toBe(received);
});

/** A logger of the application that the client warns through, and that has our transport itself. */
function createLoop(
  open: (service: ReturnType<typeof createService>) => { log: AuditLogger; getStats: PinoTransport['getStats'] },
) {
  const warnings: string[] = [];
  const application: { log?: AuditLogger } = {};
  const logger: AuditLogger = {
    warn(facts, message) {
      warnings.push(message);
      application.log?.warn(facts, message);
    },
  };
  const service = createService({ redisUrl: NOWHERE, logger });
  const { log, getStats } = open(service);
  application.log = log;
  return { service, warnings, log, getStats };
}

test.for([
  [
    'pino',
    (service: ReturnType<typeof createService>) => {
      const transport = createPinoTransport({ service });
      return { log: pino({}, transport), getStats: transport.getStats };
    },
  ],
  [
    'winston',
    (service: ReturnType<typeof createService>) => {
      const transport = createWinstonTransport({ service });
      const winston = createLogger({ transports: [transport] });
      return {
        log: { warn: (facts: object, message: string) => void winston.warn(message, facts) },
        getStats: transport.getStats,
      };
    },
  ],
] as const)('a client that warns through %s makes no events of its warnings', async ([, open]) => {
  const { service, warnings, log, getStats } = createLoop(open);
  log.warn({}, 'the one record of the application');
  await service.flush();
  await waitFor(() => warnings.length > 0, { deadlineMs: 10_000, message: 'the client warns that Redis is away' });
  await service.flush();
  await waitFor(() => getStats().pending === 0, { deadlineMs: 10_000, message: 'the event has its answer' });
  expect(getStats()).toMatchObject({ received: 1, own: warnings.length });
  expect(service.getStats().totalReceived).toBe(1);
});
