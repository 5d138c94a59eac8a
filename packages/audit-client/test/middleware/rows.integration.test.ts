import { useDatabase, useRedis } from '@auditlane/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createSecurityEventService } from '../../src/events/index.ts';
import { createSecurityEventsMiddleware } from '../../src/middleware/create-security-events-middleware.ts';
import { drainQueue } from '../support/drain-queue.ts';
import { createTestClient } from '../support/test-client.ts';
import { EXPRESS_VERSIONS } from './support/express-versions.ts';
import { serve } from './support/serve.ts';

const { url: redisUrl, redis } = await useRedis();
const database = await useDatabase();

interface Row {
  readonly event_type: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly [column: string]: unknown;
}

describe.each(EXPRESS_VERSIONS)('the rows that requests of $name leave', ({ express }) => {
  async function start() {
    await database.pool.query('truncate audit_logs, audit_batches');
    const { client } = createTestClient({ redisUrl, writerUrl: database.url });
    const service = createSecurityEventService({ client, name: 'rows' });
    onTestFinished(() => service.close());
    const events = createSecurityEventsMiddleware({ service, flushOnShutdown: false, getUser: () => 'u-17' });
    const app = express();
    app.set('env', 'production');
    app.use(events);
    app.get('/api/orders/:id', (_request, response) => void response.json({ ok: true }));
    app.get('/admin/throw', () => {
      throw Object.assign(new Error('no such table 4111 1111 1111 1111'), { code: 'E_DB' });
    });
    app.get(
      '/api/invoices/:id',
      events.dataAccess({ resourceType: 'invoice', resourceId: 'i-7' }),
      (request, response) => {
        void service.logFromRequest('data.exported', request, { resourceType: 'invoice' });
        response.send('x');
      },
    );
    app.use(events.errorHandler);
    const served = await serve(app);
    async function rows(): Promise<readonly Row[]> {
      await events.flush();
      await client.flush();
      await drainQueue(redis, database.pool);
      // Rows of the table that the view shows: what is not in it is found by nobody who looks for security events.
      const text = 'select * from audit_logs where id in (select id from security_events) order by id';
      return (await database.pool.query<Row>(text)).rows;
    }
    return { ...served, rows, service };
  }

  test('say what the request was, in columns and metadata', async () => {
    const { url, rows } = await start();
    const answer = await fetch(`${url}/api/orders/7?q=1`, { headers: { 'user-agent': 'tester/1' } });
    await answer.text();
    const [row] = await rows();
    expect(row).toMatchObject({
      event_type: 'api.request',
      event_category: 'info',
      event_domain: 'api',
      severity: 'info',
      source: 'api',
      user_id: 'u-17',
      ip_address: '127.0.0.1',
      user_agent: 'tester/1',
      outcome: 'success',
      correlation_id: answer.headers.get('x-correlation-id'),
      description: 'GET /api/orders/:id answered 200',
      metadata: {
        method: 'GET',
        path: '/api/orders/7',
        route: '/api/orders/:id',
        status: 200,
        requestBytes: 0,
        responseBytes: 11,
      },
    });
  });

  test('one row for each of twenty requests that look alike', async () => {
    const { url, rows } = await start();
    for (let sent = 0; sent < 20; sent += 1) await (await fetch(`${url}/api/orders/7`)).text();
    const types = (await rows()).map(({ event_type }) => event_type);
    expect(types).toEqual(Array.from({ length: 20 }, () => 'api.request'));
  });

  test('an error is a row of high severity, and its message is redacted', async () => {
    const { url, rows } = await start();
    await (await fetch(`${url}/admin/throw`)).text();
    const [row] = await rows();
    expect(row).toMatchObject({
      event_type: 'api.error',
      severity: 'high',
      source: 'admin',
      outcome: 'failure',
      metadata: { error: { name: 'Error', code: 'E_DB' } },
    });
    expect(JSON.stringify(row)).not.toContain('4111');
  });

  test('what a route logs of its request by itself agrees with the middleware', async () => {
    const { url, rows } = await start();
    const answer = await fetch(`${url}/api/invoices/7`, { headers: { 'x-forwarded-for': '8.8.8.8' } });
    await answer.text();
    const both = await rows();
    expect(both.map(({ event_type }) => event_type).toSorted()).toEqual(['data.exported', 'data.read']);
    for (const row of both) {
      expect(row).toMatchObject({
        correlation_id: answer.headers.get('x-correlation-id'),
        ip_address: '127.0.0.1',
        source: 'api',
        outcome: 'success',
        resource_type: 'invoice',
      });
    }
  });
});
