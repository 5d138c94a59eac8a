import { getRequestListener } from '@hono/node-server';
import fastify, { type FastifyRequest } from 'fastify';
import { type Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { describe, expect, onTestFinished, test } from 'vitest';
import { currentCorrelationId } from '../../src/events/correlation/correlation.ts';
import { createFastifySecurityEvents } from '../../src/middleware/fastify/create-fastify-security-events.ts';
import { createHonoSecurityEvents } from '../../src/middleware/hono/create-hono-security-events.ts';
import type { SecurityEventsMiddlewareOptions } from '../../src/middleware/options.ts';
import { createTestService } from '../events/support/recording-processor.ts';
import { createEventLog } from './support/event-log.ts';
import { openRaw } from './support/raw-exchange.ts';
import { serve } from './support/serve.ts';

type Options = Omit<SecurityEventsMiddlewareOptions<never>, 'getUser' | 'apiPaths' | 'adminPaths'>;

async function startFastify(options: Options = {}, trustProxy: boolean | string = false) {
  const log = createEventLog();
  const events = createFastifySecurityEvents({
    service: log,
    flushOnShutdown: false,
    getUser: (request: FastifyRequest) => String(request.headers['x-user'] ?? ''),
    ...options,
  });
  const app = fastify({ trustProxy });
  await app.register(events);
  app.get('/api/items/:id', () => ({ correlation: currentCorrelationId() }));
  app.post('/api/items', (request) => ({ correlation: currentCorrelationId(), got: request.body }));
  app.get('/admin/throw', () => {
    throw new Error('broken');
  });
  app.get('/api/hang', () => new Promise(() => undefined));
  app.post(
    '/login',
    { preHandler: events.authentication({ username: (request: FastifyRequest) => request.routeOptions.url }) },
    (_request, reply) => reply.code(401).send('no'),
  );
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  onTestFinished(async () => {
    app.server.closeAllConnections();
    await app.close();
  });
  return { log, url, port: Number(new URL(url).port) };
}

async function startHono(options: Options = {}) {
  const log = createEventLog();
  const events = createHonoSecurityEvents({
    service: log,
    flushOnShutdown: false,
    getUser: (context: Context) => context.req.header('x-user'),
    ...options,
  });
  const app = new Hono();
  app.use(events);
  app.use('/admin/*', async (_context, next) => {
    await next();
  });
  app.get('/api/items/:id', (context) => context.json({ correlation: currentCorrelationId() }));
  app.post('/api/items', async (context) =>
    context.json({ got: await context.req.json(), correlation: currentCorrelationId() }),
  );
  app.get('/admin/throw', () => {
    throw new Error('broken');
  });
  app.get('/api/hang', () => new Promise<never>(() => undefined));
  app.get('/forbidden', () => {
    throw new HTTPException(403, { message: 'not you' });
  });
  app.post('/login', events.authentication({ username: (context: Context) => context.req.path }), (context) =>
    context.text('no', 401),
  );
  app.onError((error, context) => (error instanceof HTTPException ? error.getResponse() : context.text('error', 500)));
  const { url, port } = await serve((request, response) => void getRequestListener(app.fetch)(request, response));
  return { log, url, port, app };
}

describe.each([
  ['Fastify', startFastify],
  ['Hono', startHono],
] as const)('the middleware for %s', (name, start) => {
  test('tells method, pattern, status, sizes, address and user of a request', async () => {
    const { url, log } = await start();
    const answer = await fetch(`${url}/api/items/7?secret=1`, { headers: { 'x-user': 'u-1' } });
    const body = await answer.text();
    const [event] = await log.waitFor(1);
    expect(event).toMatchObject({
      type: 'api.request',
      source: 'api',
      options: { priority: 'info', correlationId: answer.headers.get('x-correlation-id') },
      details: {
        method: 'GET',
        path: '/api/items/7',
        route: '/api/items/:id',
        status: 200,
        userId: 'u-1',
        ipAddress: '127.0.0.1',
        requestBytes: 0,
        responseBytes: Buffer.byteLength(body),
      },
    });
    expect(JSON.parse(body)).toEqual({ correlation: event?.options.correlationId });
  });

  test('keeps the correlation id over the reading of a body', async () => {
    const { url, log } = await start();
    const trace = 'ab'.repeat(16);
    const sent = JSON.stringify({ text: 'x'.repeat(90_000) });
    const answer = await fetch(`${url}/api/items`, {
      method: 'POST',
      body: sent,
      headers: { 'content-type': 'application/json', traceparent: `00-${trace}-${'cd'.repeat(8)}-01` },
    });
    expect(await answer.json()).toMatchObject({ correlation: trace });
    const [event] = await log.waitFor(1);
    expect(event).toMatchObject({ options: { correlationId: trace }, details: { requestBytes: sent.length } });
  });

  test('tells what a route throws once, with its message', async () => {
    const { url, log } = await start();
    expect((await fetch(`${url}/admin/throw`)).status).toBe(500);
    await fetch(`${url}/api/items/1`);
    const events = await log.waitFor(2);
    expect(events[0]).toMatchObject({
      type: 'api.error',
      source: 'admin',
      details: { route: '/admin/throw', error: { message: 'broken' } },
    });
  });

  test('tells a sign-in by its helper', async () => {
    const { url, log } = await start();
    await fetch(`${url}/login`, { method: 'POST' });
    expect((await log.waitFor(1))[0]).toMatchObject({
      type: 'auth.login.failure',
      details: { username: '/login', route: '/login', status: 401 },
    });
  });

  test('tells a request that was aborted', async () => {
    const { port, log, url } = await start();
    const connection = await openRaw(port);
    connection.send('GET /api/hang HTTP/1.1\r\nHost: x\r\n\r\n');
    await fetch(`${url}/api/items/1`);
    connection.hangUp();
    const events = await log.waitFor(2);
    expect(events[1]?.details).toMatchObject({
      aborted: true,
      status: null,
      ipAddress: '127.0.0.1',
      path: '/api/hang',
    });
  });

  test('tells a path that nobody has only where all requests are logged, without a pattern', async () => {
    const { url, log } = await start({ logAllRequests: true });
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
    expect((await log.waitFor(1))[0]?.details).toMatchObject({ route: null, status: 404, path: '/nowhere' });
  });

  test('believes X-Forwarded-For of trusted proxies alone', async () => {
    const headers = { 'x-forwarded-for': '8.8.8.8, 203.0.113.7' };
    for (const [options, expected] of [
      [{}, '127.0.0.1'],
      [{ trustProxy: 'loopback' }, '203.0.113.7'],
    ] as const) {
      const { url, log } = await start(options);
      await fetch(`${url}/api/items/1`, { headers });
      expect((await log.waitFor(1))[0]?.details['ipAddress']).toBe(expected);
    }
  });

  test('refuses a bad option', () => {
    const create = name === 'Fastify' ? createFastifySecurityEvents : createHonoSecurityEvents;
    expect(() => create({ errorStatusFrom: 1 })).toThrow('errorStatusFrom');
  });
});

test("logFromRequest knows of Fastify's request what the middleware does", async () => {
  const { service, loggedOne } = createTestService();
  const app = fastify({ trustProxy: 'loopback' });
  await app.register(createFastifySecurityEvents({ service: createEventLog(), flushOnShutdown: false }));
  app.get('/api/items/:id', async (request) => service.logFromRequest('a.b', request, { note: 1 }));
  onTestFinished(() => app.close());
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  await fetch(`${url}/api/items/7`, { headers: { 'x-forwarded-for': '203.0.113.7', 'x-request-id': 'r-1' } });
  expect(await loggedOne()).toMatchObject({
    source: 'api',
    correlationId: 'r-1',
    details: { ipAddress: '203.0.113.7', route: '/api/items/:id', path: '/api/items/7', method: 'GET', note: 1 },
  });
});

describe("logFromRequest knows of Hono's context", () => {
  function createHonoApp() {
    const { service, loggedOne } = createTestService({ defaultLoggingOptions: { includeHeaders: true } });
    const app = new Hono();
    app.use(createHonoSecurityEvents({ service: createEventLog(), flushOnShutdown: false, trustProxy: 'loopback' }));
    app.get('/api/items/:id', async (context) => {
      await service.logFromRequest('a.b', context, { note: 1 });
      return context.text('fine');
    });
    return { app, loggedOne };
  }
  const headers = { 'x-forwarded-for': '203.0.113.7', 'x-request-id': 'r-1', 'user-agent': 'ua' };
  const known = { path: '/api/items/7', method: 'GET', userAgent: 'ua', note: 1, headers: { 'user-agent': 'ua' } };

  test('what the middleware does, on a server of Node', async () => {
    const { app, loggedOne } = createHonoApp();
    const { url } = await serve((request, response) => void getRequestListener(app.fetch)(request, response));
    expect(await (await fetch(`${url}/api/items/7`, { headers })).text()).toBe('fine');
    expect(await loggedOne()).toMatchObject({
      source: 'api',
      correlationId: 'r-1',
      details: { ...known, ipAddress: '203.0.113.7', route: '/api/items/:id' },
    });
  });

  test('what the request of fetch says, without one', async () => {
    const { app, loggedOne } = createHonoApp();
    expect(await (await app.request('/api/items/7', { headers })).text()).toBe('fine');
    expect(await loggedOne()).toMatchObject({ source: 'api', correlationId: 'r-1', details: known });
  });
});

test("Fastify's own trustProxy holds where the option is not given, and also when the client has gone", async () => {
  const { port, url, log } = await startFastify({}, 'loopback');
  const connection = await openRaw(port);
  connection.send('GET /api/hang HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 8.8.8.8, 203.0.113.7\r\n\r\n');
  await fetch(`${url}/api/items/1`);
  connection.hangUp();
  const events = await log.waitFor(2);
  expect(events.map(({ details }) => details['ipAddress'])).toEqual(['127.0.0.1', '203.0.113.7']);
});

test('in Hono a refusal that was thrown is of the type of its status', async () => {
  const { url, log } = await startHono();
  expect((await fetch(`${url}/forbidden`)).status).toBe(403);
  expect((await log.waitFor(1))[0]).toMatchObject({
    type: 'access.denied',
    details: { error: { message: 'not you' } },
  });
});

test('Hono without a server of Node answers as ever, with a correlation id, and the logger is told', async () => {
  const warnings: unknown[] = [];
  const { app, log } = await startHono({
    logger: { warn: (_facts: object, message: string) => warnings.push(message) },
  });
  const answer = await app.request('/api/items/7', { headers: { 'x-request-id': 'r-1' } });
  expect(await answer.json()).toEqual({ correlation: 'r-1' });
  expect(log.events).toEqual([]);
  expect(warnings).toEqual(['requests of Hono leave no security event: they do not come from @hono/node-server']);
});

describe('paths that the server resolves before it routes', () => {
  const long = 'a'.repeat(5000);

  test.each([
    '/x/../admin/throw',
    '/./admin/throw',
    '/%2e/admin/throw',
    '/%61dmin/throw',
    `/static/${long}/../../admin/throw`,
    `http://${long}/static/../admin/throw`,
  ])('%s is an admin request for Hono, and told as one', async (target) => {
    const { log, port } = await startHono({ excludePaths: ['/static'] });
    const connection = await openRaw(port);
    connection.send(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(await connection.ended()).toContain('500 Internal Server Error');
    expect(await log.waitFor(1)).toMatchObject([{ type: 'api.error', source: 'admin' }]);
  });
});
