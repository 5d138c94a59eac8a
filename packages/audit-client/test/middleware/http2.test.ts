import { connect, constants, createServer, type Http2Server, type OutgoingHttpHeaders } from 'node:http2';
import { createAdaptorServer } from '@hono/node-server';
import fastify from 'fastify';
import { Hono } from 'hono';
import { describe, expect, onTestFinished, test } from 'vitest';
import { currentCorrelationId } from '../../src/events/correlation/correlation.ts';
import { createSecurityEventsMiddleware } from '../../src/middleware/create-security-events-middleware.ts';
import { createFastifySecurityEvents } from '../../src/middleware/fastify/create-fastify-security-events.ts';
import { createHonoSecurityEvents } from '../../src/middleware/hono/create-hono-security-events.ts';
import { createEventLog, type EventLog } from './support/event-log.ts';

const OPTIONS = { flushOnShutdown: false } as const;

async function listen(server: Http2Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A server of Node's own API, which Connect and the like are made on; Express itself knows no HTTP/2. */
async function startPlain(log: EventLog): Promise<number> {
  const events = createSecurityEventsMiddleware({ service: log, ...OPTIONS });
  return listen(
    createServer((request, response) => {
      // To the types a request of HTTP/2 is another one; what the middleware uses is the same.
      Reflect.apply(events, undefined, [request, response, next]);
      function next(): void {
        if (request.url === '/api/hang') return;
        let body = '';
        request.on('data', (chunk) => (body += String(chunk)));
        request.on('end', () => response.end(JSON.stringify({ correlation: currentCorrelationId(), body })));
      }
    }),
  );
}

async function startFastify(log: EventLog): Promise<number> {
  const app = fastify({ http2: true });
  await app.register(createFastifySecurityEvents({ service: log, ...OPTIONS }));
  app.get('/api/hang', () => new Promise(() => undefined));
  app.post('/api/items', (request) => ({ correlation: currentCorrelationId(), body: String(request.body) }));
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => void app.close());
  return Number(new URL(url).port);
}

async function startHono(log: EventLog): Promise<number> {
  const app = new Hono();
  app.use(createHonoSecurityEvents({ service: log, ...OPTIONS }));
  app.get('/api/hang', () => new Promise<never>(() => undefined));
  app.post('/api/items', async (context) =>
    context.json({ correlation: currentCorrelationId(), body: await context.req.text() }),
  );
  const server = createAdaptorServer({ fetch: app.fetch, createServer });
  return listen(server as Http2Server);
}

function open(port: number) {
  const session = connect(`http://127.0.0.1:${port}`);
  onTestFinished(() => session.destroy());
  const send = (headers: OutgoingHttpHeaders) => session.request(headers);
  const exchange = async (headers: OutgoingHttpHeaders, body: string) => {
    const stream = send(headers).setEncoding('utf8');
    const answered = new Promise<Readonly<Record<string, unknown>>>((resolve) => stream.once('response', resolve));
    stream.end(body);
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    return { headers: await answered, text };
  };
  return { send, exchange };
}

describe.each([
  ['plain Node', startPlain],
  ['Fastify', startFastify],
  ['Hono', startHono],
] as const)('over HTTP/2 on %s', (_name, start) => {
  test('a request leaves its event, with address, host and sizes, and its answer is untouched', async () => {
    const log = createEventLog();
    const { exchange } = open(await start(log));
    const headers = {
      ':method': 'POST',
      ':path': '/api/items?q=1',
      'content-type': 'text/plain',
      'x-request-id': 'r-1',
    };
    const answer = await exchange(headers, 'hello');
    expect(answer.headers).toMatchObject({ ':status': 200, 'x-correlation-id': 'r-1' });
    expect(JSON.parse(answer.text)).toEqual({ correlation: 'r-1', body: 'hello' });
    expect((await log.waitFor(1))[0]).toMatchObject({
      type: 'api.request',
      source: 'api',
      options: { correlationId: 'r-1' },
      details: {
        method: 'POST',
        path: '/api/items',
        status: 200,
        outcome: 'success',
        ipAddress: '127.0.0.1',
        httpHost: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
        requestBytes: 5,
        responseBytes: answer.text.length,
      },
    });
  });

  test('a stream that the client resets is one event that says so', async () => {
    const log = createEventLog();
    const { send, exchange } = open(await start(log));
    const stream = send({ ':path': '/api/hang' });
    stream.on('error', () => undefined);
    await exchange({ ':method': 'POST', ':path': '/api/items', 'content-type': 'text/plain' }, 'x');
    stream.close(constants.NGHTTP2_CANCEL);
    const events = await log.waitFor(2);
    expect(events[1]?.details).toMatchObject({ path: '/api/hang', aborted: true, ipAddress: '127.0.0.1' });
  });
});
