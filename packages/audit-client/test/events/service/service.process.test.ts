import { spawnProcess, useDatabase, useRedis, waitFor } from '@auditlane/testkit';
import { beforeAll, expect, test } from 'vitest';
import {
  createSecurityEventService,
  DatabaseEventProcessor,
  runWithCorrelation,
  type SecurityEventServiceConfig,
  SecurityEventType,
} from '../../../src/events/index.ts';
import { makeTempDir } from '../../support/temp-dir.ts';
import { createTestClient } from '../../support/test-client.ts';

const { url, redis } = await useRedis();
const { pool, url: databaseUrl } = await useDatabase();
const HASH_KEY = 'a key of more than sixteen';

beforeAll(() => {
  const env = { REDIS_URL: url, DATABASE_URL: databaseUrl, AUDIT_LEASE_MS: '5000' };
  const worker = spawnProcess('apps/worker/src/main.ts', { env });
  return async () => {
    await worker.stop();
  };
});

function createService(config: SecurityEventServiceConfig = {}) {
  const { client } = createTestClient({ redisUrl: url, databaseUrl, host: 'machine-1' });
  return { client, service: createSecurityEventService({ client, ...config }) };
}

/** The row of an event, once the worker has stored it. */
async function rowOf(id: string): Promise<Readonly<Record<string, unknown>>> {
  return waitFor(async () => (await pool.query('select * from audit_logs where id = $1', [id])).rows[0], {
    deadlineMs: 30_000,
    message: `the row of ${id}`,
  });
}

async function isSecurityEvent(id: string): Promise<boolean> {
  const { rowCount } = await pool.query('select 1 from security_events where id = $1', [id]);
  return rowCount === 1;
}

test('an event has its row in audit_logs and in security_events, with its columns filled and its secrets masked', async () => {
  const { service } = createService({ redaction: { hash: { key: HASH_KEY, keys: ['token', 'email'] } } });
  const receipt = await runWithCorrelation('req-1', () =>
    service.authentication.loginFailure({
      userId: 'u-1',
      ipAddress: '203.0.113.7',
      userAgent: 'ua/1',
      resourceType: 'account',
      resource_id: 'a-1',
      resourceId: 'other',
      tenantId: 't-1',
      reason: 'wrong_password',
      password: 'hunter2',
      token: 'abc',
      email: 'a@b',
      note: 'card 4111 1111 1111 1111',
    }),
  );
  expect(receipt).toMatchObject({ status: 'buffered' });
  expect(await service.flush()).toEqual({ processed: 1, failed: 0 });
  const id = 'id' in receipt ? receipt.id : '';
  const row = await rowOf(id);
  expect(row).toMatchObject({
    event_type: 'auth.login.failure',
    event_category: 'warning',
    event_domain: 'authentication',
    severity: 'medium',
    outcome: 'failure',
    source: 'service',
    user_id: 'u-1',
    resource_type: 'account',
    resource_id: 'a-1',
    tenant_id: 't-1',
    ip_address: '203.0.113.7',
    user_agent: 'ua/1',
    correlation_id: 'req-1',
    host: 'machine-1',
    metadata: {
      resourceId: 'other',
      password: '[REDACTED]',
      token: expect.stringMatching(/^hmac-sha256:[0-9a-f]{32}$/),
      email: expect.stringMatching(/^hmac-sha256:[0-9a-f]{32}$/),
      note: 'card [REDACTED]',
      _auditlane: expect.objectContaining({ reason: 'wrong_password' }),
    },
  });
  expect(await isSecurityEvent(id)).toBe(true);
  await service.close();
});

test('a critical event is a committed row when its receipt comes, without the queue', async () => {
  const { service } = createService();
  const receipt = await service.logEvent(SecurityEventType.THREAT_SQL_INJECTION, 'web', {
    parameter: 'q',
    payload: "' or 1=1",
  });
  expect(receipt).toMatchObject({ status: 'stored' });
  const id = 'id' in receipt ? receipt.id : '';
  const { rows } = await pool.query('select event_category, outcome, metadata from audit_logs where id = $1', [id]);
  expect(rows).toMatchObject([{ event_category: 'critical', outcome: 'unknown', metadata: { payload: "' or 1=1" } }]);
  expect(await isSecurityEvent(id)).toBe(true);
  await service.close();
});

test('what the configuration says of a type is in the row, and types of the user are security events, too', async () => {
  const { service } = createService({
    eventTypes: {
      'billing.refund.denied': {
        priority: 'high',
        severity: 'low',
        category: 'warning',
        domain: 'account',
        outcome: 'denied',
      },
    },
  });
  const [own, unknown] = await Promise.all([
    service.logEvent('billing.refund.denied', 'web', { amount: 7 }),
    service.logEvent('weather.changed', 'web', {}, { priority: 'high' }),
  ]);
  const ids = [own, unknown].map((receipt) => ('id' in receipt ? receipt.id : ''));
  const columns = ['event_category', 'event_domain', 'severity', 'outcome'];
  const rows = await Promise.all(ids.map(rowOf));
  expect(rows.map((row) => columns.map((column) => row[column]))).toEqual([
    ['warning', 'account', 'low', 'denied'],
    ['warning', 'system', 'high', null],
  ]);
  for (const id of ids) expect(await isSecurityEvent(id)).toBe(true);
  await service.close();
});

test('an event of logFromRequest says what the request says', async () => {
  const { service } = createService();
  const request = {
    method: 'POST',
    url: '/api/admin/users?token=secret',
    headers: { host: 'shop.example', 'user-agent': 'ua/2', traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
    socket: { remoteAddress: '192.0.2.9' },
    user: { id: 'u-9' },
    res: { statusCode: 403 },
  };
  const receipt = await service.logFromRequest(SecurityEventType.ACCESS_DENIED, request, {}, { priority: 'high' });
  const row = await rowOf('id' in receipt ? receipt.id : '');
  expect(row).toMatchObject({
    source: 'admin',
    user_id: 'u-9',
    ip_address: '192.0.2.9',
    user_agent: 'ua/2',
    correlation_id: 'a'.repeat(32),
    host: 'machine-1',
    metadata: { method: 'POST', path: '/api/admin/users', status: 403, httpHost: 'shop.example' },
  });
  await service.close();
});

test('with another processor the queue is not asked', async () => {
  const { client } = createTestClient({ redisUrl: url, databaseUrl });
  const service = createSecurityEventService({ client, processor: new DatabaseEventProcessor({ client }) });
  const receipt = await service.logEvent(SecurityEventType.API_ERROR, 'api', { status: 500 });
  const id = 'id' in receipt ? receipt.id : '';
  const { rowCount } = await pool.query('select 1 from audit_logs where id = $1', [id]);
  expect(rowCount).toBe(1);
  expect(client.stats().queued).toBe(0);
  await service.close();
});

test('the default service needs no set-up, shares the default client, and a process that just ends loses nothing', async () => {
  await using program = spawnProcess('packages/audit-client/test/programs/use-default-service.ts', {
    env: { REDIS_URL: url, DATABASE_URL: databaseUrl, AUDIT_SPOOL_DIR: makeTempDir() },
  });
  expect(await program.exited).toEqual({ code: 0, signal: null });
  const [line] = program.lines;
  const { ids, isShared, queued } = line?.json ?? {};
  expect([isShared, queued]).toEqual([true, 0]);
  const rows = await Promise.all((ids as readonly string[]).map(rowOf));
  expect(rows.map((row) => row['event_type'])).toEqual(['auth.login.success', 'data.exported', 'auth.logout']);
  expect(await redis.llen('audit:queue')).toBe(0);
});
