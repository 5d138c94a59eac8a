import { describe, expect, test } from 'vitest';
import { createSecurityEventsMiddleware } from '../../src/middleware/create-security-events-middleware.ts';
import type { SecurityEventsMiddlewareOptions } from '../../src/middleware/options.ts';
import { createEventLog } from './support/event-log.ts';
import { EXPRESS_VERSIONS } from './support/express-versions.ts';
import { serve } from './support/serve.ts';

describe.each(EXPRESS_VERSIONS)('requests in $name', ({ express }) => {
  async function start(options: SecurityEventsMiddlewareOptions = {}) {
    const log = createEventLog();
    const events = createSecurityEventsMiddleware({ service: log, flushOnShutdown: false, ...options });
    const app = express();
    app.use(events);
    app.use(express.json());
    const orders = express.Router();
    orders.get('/:id', (request, response) => void response.json({ id: request.params['id'] }));
    orders.post('/', (request, response) => void response.status(201).json(request.body));
    app.use('/api/orders', orders);
    app.get('/admin/users', (_request, response) => void response.send('all'));
    app.get('/api/admin/users', (_request, response) => void response.send('all'));
    app.get('/broken', (_request, response) => void response.status(500).send('broken'));
    app.get('/page', (_request, response) => void response.send('page'));
    app.use(events.errorHandler);
    const { url } = await serve(app);
    return { url, log, events };
  }

  test('an API request leaves one event with method, route, status, duration, sizes and address', async () => {
    const { url, log } = await start();
    const answer = await fetch(`${url}/api/orders/17?token=secret`, { headers: { 'user-agent': 'tester/1' } });
    const body = await answer.text();
    const [event] = await log.waitFor(1);
    expect(event).toMatchObject({ type: 'api.request', source: 'api', options: { priority: 'info' } });
    expect(event?.details).toMatchObject({
      method: 'GET',
      path: '/api/orders/17',
      route: '/api/orders/:id',
      status: 200,
      outcome: 'success',
      ipAddress: '127.0.0.1',
      userAgent: 'tester/1',
      requestBytes: 0,
      responseBytes: Buffer.byteLength(body),
      description: 'GET /api/orders/:id answered 200',
      httpHost: new URL(url).host,
    });
    expect(event?.details['durationMs']).toBeGreaterThanOrEqual(0);
    expect(JSON.stringify(event)).not.toContain('secret');
    expect(event?.details).not.toHaveProperty('aborted');
    expect(event?.details).not.toHaveProperty('headers');
    expect(log.events).toHaveLength(1);
  });

  test('the bytes of a request and of its answer are counted, with a length and in chunks', async () => {
    const { url, log } = await start();
    const body = JSON.stringify({ text: 'ü'.repeat(500) });
    const post = (given: string | ReadableStream): Promise<Response> =>
      fetch(`${url}/api/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: given,
        duplex: 'half',
      } as RequestInit);
    await (await post(body)).text();
    await (await post(new Blob([body]).stream())).text();
    const events = await log.waitFor(2);
    const bytes = Buffer.byteLength(body);
    expect(events.map(({ details }) => [details['requestBytes'], details['responseBytes']])).toEqual([
      [bytes, bytes],
      [bytes, bytes],
    ]);
    expect(events[0]?.details['route']).toBe('/api/orders');
  });

  test('an admin request has the source admin and its own priority, below the API as well', async () => {
    const { url, log } = await start();
    await fetch(`${url}/admin/users`);
    await fetch(`${url}/api/admin/users`);
    const events = await log.waitFor(2);
    expect(events.map(({ type, source, options }) => [type, source, options.priority])).toEqual([
      ['api.request', 'admin', 'medium'],
      ['api.request', 'admin', 'medium'],
    ]);
  });

  test('other requests leave no event unless logAllRequests is on', async () => {
    const quiet = await start();
    await fetch(`${quiet.url}/page`);
    await fetch(`${quiet.url}/api/orders/1`);
    expect((await quiet.log.waitFor(1)).map(({ details }) => details['path'])).toEqual(['/api/orders/1']);
    const all = await start({ logAllRequests: true });
    await fetch(`${all.url}/page`);
    expect((await all.log.waitFor(1))[0]).toMatchObject({
      type: 'api.request',
      source: 'web',
      options: { priority: 'info' },
      details: { route: '/page' },
    });
  });

  test.each([
    ['logApiRequests', { logApiRequests: false }, '/api/orders/1'],
    ['logAdminRequests', { logAdminRequests: false }, '/api/admin/users'],
    ['apiPaths', { apiPaths: '/rest' }, '/api/orders/1'],
    ['adminPaths', { adminPaths: ['/secret'] }, '/admin/users'],
    ['excludePaths', { excludePaths: ['/api/orders'] }, '/api/orders/1'],
  ] as const)('%s decides which requests are logged', async (_name, options, path) => {
    const { url, log } = await start(options);
    await fetch(url + path);
    await fetch(`${url}/broken`);
    expect((await log.waitFor(1)).map(({ details }) => details['path'])).toEqual(['/broken']);
    const usual = await start();
    await fetch(usual.url + path);
    await usual.log.waitFor(1);
  });

  test('the priorities of requests can be chosen', async () => {
    const { url, log } = await start({
      logAllRequests: true,
      requestPriority: 'low',
      apiRequestPriority: 'medium',
      adminRequestPriority: 'high',
    });
    for (const path of ['/page', '/api/orders/1', '/admin/users']) await fetch(url + path);
    expect((await log.waitFor(3)).map(({ options }) => options.priority)).toEqual(['low', 'medium', 'high']);
  });

  test('API and admin paths can be told by functions, and one that throws counts as a yes', async () => {
    const { url, log } = await start({
      apiPaths: (path, request) => path.endsWith('.json') || request.method === 'PUT',
      adminPaths: (path) => {
        if (path === '/page') throw new Error('broken');
        return false;
      },
    });
    await fetch(`${url}/things.json`);
    await fetch(`${url}/things`, { method: 'PUT' });
    await fetch(`${url}/page`);
    await fetch(`${url}/admin/users`);
    const events = await log.waitFor(3);
    expect(events.map(({ source, details }) => [source, details['path']])).toEqual([
      ['api', '/things.json'],
      ['api', '/things'],
      ['admin', '/page'],
    ]);
  });

  test.each(['/health', '/health/live', '/favicon.ico', '/static/app.js', '/metrics'])(
    'nothing is logged of %s by default, not even an error',
    async (path) => {
      const log = createEventLog();
      const events = createSecurityEventsMiddleware({ service: log, logAllRequests: true, flushOnShutdown: false });
      const app = express();
      app.use(events);
      app.get(path, (_request, response) => void response.status(500).send('broken'));
      app.get('/healthcare', (_request, response) => void response.send('a patient'));
      const { url } = await serve(app);
      expect((await fetch(url + path)).headers.get('x-correlation-id')).not.toBeNull();
      await fetch(`${url}/healthcare`);
      expect((await log.waitFor(1)).map(({ details }) => details['path'])).toEqual(['/healthcare']);
    },
  );

  test('headers are kept only when asked for, and then without their secrets', async () => {
    const { url, log } = await start({ loggingOptions: { includeHeaders: true } });
    await fetch(`${url}/api/orders/1`, {
      headers: {
        authorization: 'Bearer abc.def',
        cookie: 'sid=abc.def',
        'x-api-key': 'abc.def',
        'x-csrf-token': 'abc.def',
        referer: 'https://shop.example/cart?session=abc.def',
        'x-note': 'harmless',
      },
    });
    const [event] = await log.waitFor(1);
    expect(event?.details['headers']).toMatchObject({
      authorization: '[REDACTED]',
      cookie: '[REDACTED]',
      referer: 'https://shop.example/cart',
      'x-note': 'harmless',
    });
    expect(JSON.stringify(event)).not.toContain('abc.def');
  });

  test('the logging options of the service hold where the middleware has none of its own', async () => {
    const log = { ...createEventLog(), getLoggingOptions: () => ({ includeHeaders: true }) };
    const on = await start({ service: log });
    await fetch(`${on.url}/api/orders/1`);
    expect((await log.waitFor(1))[0]?.details).toHaveProperty('headers');
    const own = { ...createEventLog(), getLoggingOptions: () => ({ includeHeaders: true }) };
    const off = await start({ service: own, loggingOptions: { includeHeaders: false } });
    await fetch(`${off.url}/api/orders/1`);
    expect((await own.waitFor(1))[0]?.details).not.toHaveProperty('headers');
  });

  test('a HEAD request and an answer that has no body have sent no bytes, whatever the handler wrote', async () => {
    const log = createEventLog();
    const app = express();
    app.use(createSecurityEventsMiddleware({ service: log, flushOnShutdown: false }));
    app.all(
      '/api/:status',
      (request, response) => void response.writeHead(Number(request.params.status)).end('ignored'),
    );
    const { url } = await serve(app);
    await fetch(`${url}/api/200`, { method: 'HEAD' });
    for (const status of [204, 304, 200]) await fetch(`${url}/api/${status}`);
    const events = await log.waitFor(4);
    expect(events.map(({ details }) => [details['method'], details['status'], details['responseBytes']])).toEqual([
      ['HEAD', 200, 0],
      ['GET', 204, 0],
      ['GET', 304, 0],
      ['GET', 200, 7],
    ]);
  });

  test('a middleware that is used twice logs once, and two middlewares log once each with one correlation id', async () => {
    const first = createEventLog();
    const second = createEventLog();
    const one = createSecurityEventsMiddleware({ service: first, flushOnShutdown: false });
    const other = createSecurityEventsMiddleware({ service: second, flushOnShutdown: false });
    const app = express();
    app.use(one, other);
    app.use('/api', one);
    app.get('/api/x', (_request, response) => void response.send('x'));
    const { url } = await serve(app);
    const answer = await fetch(`${url}/api/x`);
    const [told] = await second.waitFor(1);
    expect(first.events).toHaveLength(1);
    expect(second.events).toHaveLength(1);
    expect(told?.options.correlationId).toBe(first.events[0]?.options.correlationId);
    expect(answer.headers.get('x-correlation-id')).toBe(told?.options.correlationId);
  });

  test('two requests that look alike are two for deduplication', async () => {
    const { url, log } = await start();
    await fetch(`${url}/api/orders/1`);
    expect((await log.waitFor(1))[0]?.options.dedupKey).toBe('');
  });
});
