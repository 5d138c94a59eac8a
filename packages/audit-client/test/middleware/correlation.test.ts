import { describe, expect, test } from 'vitest';
import { currentCorrelationId, currentTraceparent } from '../../src/events/correlation/correlation.ts';
import { createSecurityEventsMiddleware } from '../../src/middleware/create-security-events-middleware.ts';
import type { SecurityEventsMiddlewareOptions } from '../../src/middleware/options.ts';
import { findRequestScope } from '../../src/middleware/request-scope.ts';
import { createEventLog } from './support/event-log.ts';
import { EXPRESS_VERSIONS } from './support/express-versions.ts';
import { openRaw } from './support/raw-exchange.ts';
import { serve } from './support/serve.ts';

const TRACE = 'ab'.repeat(16);
const TRACEPARENT = `00-${TRACE}-${'cd'.repeat(8)}-01`;

describe.each(EXPRESS_VERSIONS)('correlation in $name', ({ express }) => {
  async function start(options: SecurityEventsMiddlewareOptions = {}) {
    const log = createEventLog();
    const events = createSecurityEventsMiddleware({ service: log, flushOnShutdown: false, ...options });
    const app = express();
    app.use(events);
    const parsed = express.json();
    app.get('/api/now', (_request, response) => void response.json([currentCorrelationId(), currentTraceparent()]));
    app.get('/api/later', async (_request, response) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      response.json([currentCorrelationId()]);
    });
    app.post('/api/parsed', parsed, (_request, response) => void response.json([currentCorrelationId()]));
    app.post('/api/streamed', (request, response) => {
      const ids = new Set<string | null>();
      request.on('data', () => ids.add(currentCorrelationId()));
      request.on('end', () => {
        ids.add(currentCorrelationId());
        response.on('finish', () => finished.resolve(currentCorrelationId()));
        response.json([...ids]);
      });
    });
    const finished = Promise.withResolvers<string | null>();
    return { ...(await serve(app)), log, finished: finished.promise };
  }

  test('one id is in the header of the answer, in the handler, and in the event', async () => {
    const { url, log } = await start();
    for (const path of ['/api/now', '/api/later']) {
      const answer = await fetch(url + path);
      const id = answer.headers.get('x-correlation-id');
      expect(((await answer.json()) as string[])[0]).toBe(id);
      expect(id).toMatch(/^[0-9a-f-]{36}$/);
    }
    const events = await log.waitFor(2);
    expect(new Set(events.map(({ options }) => options.correlationId)).size).toBe(2);
  });

  test('a W3C traceparent is honoured: its trace id is the id, and the trace goes on', async () => {
    const { url, log } = await start();
    const answer = await fetch(`${url}/api/now`, { headers: { traceparent: TRACEPARENT } });
    expect(answer.headers.get('x-correlation-id')).toBe(TRACE);
    expect(await answer.json()).toEqual([TRACE, TRACEPARENT]);
    expect((await log.waitFor(1))[0]?.options.correlationId).toBe(TRACE);
  });

  test.each([
    'nonsense',
    `00-${'0'.repeat(32)}-${'cd'.repeat(8)}-01`,
    `ff-${TRACE}-${'cd'.repeat(8)}-01`,
    'x'.repeat(9000),
  ])('a traceparent that is none is not believed', async (traceparent) => {
    const { url } = await start();
    const answer = await fetch(`${url}/api/now`, { headers: { traceparent } });
    expect(answer.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('the id outlives the reading of a body, by a parser and by hand', async () => {
    const { url, finished } = await start();
    const body = JSON.stringify({ text: 'x'.repeat(90_000) });
    for (const path of ['/api/parsed', '/api/streamed']) {
      const answer = await fetch(url + path, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      });
      expect(await answer.json()).toEqual([answer.headers.get('x-correlation-id')]);
    }
    expect(await finished).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('requests on one connection have ids of their own', async () => {
    const { port } = await start();
    const connection = await openRaw(port);
    for (let count = 1; count <= 3; count += 1) {
      connection.send(`POST /api/streamed?${count} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody`);
      await connection.received('"]', count);
    }
    connection.send('GET /api/now HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const answers = await connection.ended();
    const ids = [...answers.matchAll(/\["([0-9a-f-]{36})"/g)].map(([, id]) => id);
    expect(ids).toHaveLength(4);
    expect(new Set(ids).size).toBe(4);
  });

  test('correlationHeader names the header, false sends none, and one that the application has set stays', async () => {
    const named = await start({ correlationHeader: 'x-request-id' });
    expect((await fetch(`${named.url}/api/now`)).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    const silent = await start({ correlationHeader: false });
    const { headers } = await fetch(`${silent.url}/api/now`);
    expect([...headers.keys()].some((name) => name.startsWith('x-') && name !== 'x-powered-by')).toBe(false);

    const app = express();
    app.use((_request, response, next) => {
      response.setHeader('x-correlation-id', 'mine');
      next();
    });
    app.use(createSecurityEventsMiddleware({ service: createEventLog(), flushOnShutdown: false }));
    const { url } = await serve(app);
    expect((await fetch(url)).headers.get('x-correlation-id')).toBe('mine');
  });

  test('whoever has the request finds its id, address and source, for as long as it has it', async () => {
    const log = createEventLog();
    const app = express();
    const kept: unknown[] = [];
    app.use(createSecurityEventsMiddleware({ service: log, flushOnShutdown: false }));
    app.get('/admin', (request, response) => {
      kept.push(request);
      response.send('x');
    });
    const { url, server } = await serve(app);
    const answer = await fetch(`${url}/admin`, { headers: { connection: 'close' } });
    await answer.text();
    await log.waitFor(1);
    server.closeAllConnections();
    const scope = findRequestScope(kept[0]);
    expect([scope?.correlationId, scope?.ipAddress(), scope?.source()]).toEqual([
      answer.headers.get('x-correlation-id'),
      '127.0.0.1',
      'admin',
    ]);
    for (const other of [null, undefined, 42, {}, { correlationId: 'x' }])
      expect(findRequestScope(other)).toBeUndefined();
  });
});
