import { describe, expect, test } from 'vitest';
import { createSecurityEventsMiddleware } from '../../src/middleware/create-security-events-middleware.ts';
import type { SecurityEventsMiddlewareOptions } from '../../src/middleware/options.ts';
import { createEventLog } from './support/event-log.ts';
import { EXPRESS_VERSIONS } from './support/express-versions.ts';
import { openRaw } from './support/raw-exchange.ts';
import { serve } from './support/serve.ts';

describe.each(EXPRESS_VERSIONS)('aborted requests in $name', ({ express }) => {
  async function start(options: SecurityEventsMiddlewareOptions = {}) {
    const log = createEventLog();
    const arrived: { resolve: () => void; promise: Promise<void> } = Promise.withResolvers<void>();
    const events = createSecurityEventsMiddleware({ service: log, flushOnShutdown: false, ...options });
    const app = express();
    app.use(events);
    app.use(express.json({ limit: '10mb' }));
    app.get('/api/hang', () => arrived.resolve());
    app.get('/hang', () => arrived.resolve());
    app.get('/api/stream', (_request, response) => {
      response.write('beginning');
      arrived.resolve();
    });
    app.post('/api/body', (_request, response) => void response.send('whole'));
    app.get('/api/done', (_request, response) => void response.send('done'));
    app.use(events.errorHandler);
    return { ...(await serve(app)), log, arrived: arrived.promise };
  }

  test('a request whose client hangs up before an answer is an event with aborted: true and no status', async () => {
    const { port, log, arrived } = await start();
    const connection = await openRaw(port);
    connection.send('GET /api/hang HTTP/1.1\r\nHost: x\r\nUser-Agent: raw\r\n\r\n');
    await arrived;
    connection.hangUp();
    const [event] = await log.waitFor(1);
    expect(event).toMatchObject({
      type: 'api.request',
      source: 'api',
      options: { priority: 'info' },
      details: {
        aborted: true,
        status: null,
        outcome: 'unknown',
        route: '/api/hang',
        ipAddress: '127.0.0.1',
        userAgent: 'raw',
        responseBytes: 0,
      },
    });
  });

  test('an answer that is cut off by the client keeps the status that was sent', async () => {
    const { port, log } = await start();
    const connection = await openRaw(port);
    connection.send('GET /api/stream HTTP/1.1\r\nHost: x\r\n\r\n');
    await connection.received('beginning');
    connection.hangUp();
    const [event] = await log.waitFor(1);
    expect(event?.details).toMatchObject({ aborted: true, status: 200, responseBytes: 9 });
  });

  test('a body that is cut off is one aborted request, and no error of the application', async () => {
    const { port, url, log } = await start();
    const connection = await openRaw(port);
    connection.send(
      'POST /api/body HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{"a":',
    );
    await new Promise((resolve) => connection.socket.write('"b', resolve));
    await fetch(`${url}/api/done`);
    connection.hangUp();
    const events = await log.waitFor(2);
    expect(events[1]).toMatchObject({
      type: 'api.request',
      details: { aborted: true, status: null, method: 'POST', requestBytes: 7 },
    });
    await fetch(`${url}/api/done`);
    expect(await log.waitFor(3)).toHaveLength(3);
  });

  test('an aborted request is logged on any path, unless logErrors is off', async () => {
    const on = await start();
    const first = await openRaw(on.port);
    first.send('GET /hang HTTP/1.1\r\nHost: x\r\n\r\n');
    await on.arrived;
    first.hangUp();
    expect((await on.log.waitFor(1))[0]).toMatchObject({ type: 'api.request', source: 'web' });

    const off = await start({ logErrors: false });
    const second = await openRaw(off.port);
    second.send('GET /hang HTTP/1.1\r\nHost: x\r\n\r\n');
    await off.arrived;
    second.hangUp();
    await new Promise((resolve) => off.server.getConnections(resolve));
    await fetch(`${off.url}/api/done`);
    expect((await off.log.waitFor(1)).map(({ details }) => details['path'])).toEqual(['/api/done']);
  });

  test('a pipelined request that was carried out behind a slow one is told though its answer was never sent', async () => {
    const { port, log, arrived } = await start();
    const connection = await openRaw(port);
    connection.send('GET /api/hang HTTP/1.1\r\nHost: x\r\n\r\nGET /api/done HTTP/1.1\r\nHost: x\r\n\r\n');
    await arrived;
    connection.hangUp();
    const events = await log.waitFor(2);
    expect(events.map(({ details }) => [details['path'], details['aborted']]).toSorted()).toEqual([
      ['/api/done', true],
      ['/api/hang', true],
    ]);
  });

  test('pipelined requests that are answered leave one event each, in order', async () => {
    const { port, log } = await start();
    const connection = await openRaw(port);
    const one = 'GET /api/done HTTP/1.1\r\nHost: x\r\n\r\n';
    connection.send(one.repeat(20) + one.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
    const answer = await connection.ended();
    expect(answer.split('HTTP/1.1 200 OK')).toHaveLength(22);
    const events = await log.waitFor(21);
    expect(events).toHaveLength(21);
    expect(events.every(({ details }) => details['status'] === 200 && !('aborted' in details))).toBe(true);
    expect(new Set(events.map(({ options }) => options.correlationId)).size).toBe(21);
  });
});
