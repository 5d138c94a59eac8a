import { type ClientHttp2Session, connect, constants, createServer, type IncomingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import fastify from 'fastify';
import { Hono } from 'hono';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createFastifySecurityEvents } from '../../src/middleware/fastify/create-fastify-security-events.ts';
import { createHonoSecurityEvents } from '../../src/middleware/hono/create-hono-security-events.ts';
import { createEventLog } from './support/event-log.ts';

const options = { flushOnShutdown: false, loggingOptions: { includeHeaders: true } };

async function startFastify() {
  const log = createEventLog();
  const app = fastify({ http2: true });
  await app.register(createFastifySecurityEvents({ ...options, service: log }));
  app.get('/api/items', () => ({ a: 1 }));
  app.get('/api/hang', () => new Promise(() => undefined));
  app.get('/api/part', (_request, reply) => {
    reply.hijack();
    reply.raw.write('half');
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => app.close());
  return { log, session: open((app.server.address() as AddressInfo).port) };
}

async function startHono() {
  const log = createEventLog();
  const app = new Hono();
  app.use(createHonoSecurityEvents({ ...options, service: log }));
  app.get('/api/items', (context) => context.json({ a: 1 }));
  app.get('/api/hang', () => new Promise<never>(() => undefined));
  app.get('/api/part', () => new Response(new ReadableStream({ start: (out) => out.enqueue(Buffer.from('half')) })));
  const server = createAdaptorServer({ fetch: app.fetch, createServer });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { log, session: open((server.address() as AddressInfo).port) };
}

/** A session that is gone before its server is closed. */
function open(port: number): ClientHttp2Session {
  const session = connect(`http://127.0.0.1:${port}`);
  session.on('error', () => undefined);
  onTestFinished(() => session.destroy());
  return session;
}

function request(session: ClientHttp2Session, path: string, method = 'GET') {
  const stream = session.request({ ':path': path, ':method': method });
  stream.on('error', () => undefined);
  stream.end();
  return stream;
}

function answerOf(stream: ReturnType<typeof request>): Promise<IncomingHttpHeaders> {
  return new Promise((resolve) => stream.resume().once('response', resolve));
}

describe.each([
  ['Fastify', startFastify],
  ['Hono', startHono],
] as const)('over HTTP/2, the middleware for %s', (_name, start) => {
  test.each(['GET', 'HEAD'])('tells of a %s request, without the query that its headers repeat', async (method) => {
    const { log, session } = await start();
    const answer = await answerOf(request(session, '/api/items?token=s3cret', method));
    const [event] = await log.waitFor(1);
    expect(event).toMatchObject({
      type: 'api.request',
      options: { correlationId: answer['x-correlation-id'] },
      details: { method, path: '/api/items', status: 200, outcome: 'success', headers: { ':path': '/api/items' } },
    });
    expect(event?.details).not.toHaveProperty('aborted');
    expect(JSON.stringify(event)).not.toContain('s3cret');
  });

  test('tells of a stream that its client broke off before the answer, which has no status then', async () => {
    const { log, session } = await start();
    const stream = request(session, '/api/hang');
    // The server has both when it answers the second.
    await answerOf(request(session, '/api/items'));
    stream.close(constants.NGHTTP2_CANCEL);
    const events = await log.waitFor(2);
    expect(events[1]).toMatchObject({
      details: { path: '/api/hang', aborted: true, status: null, outcome: 'unknown' },
    });
  });

  test('tells of a stream that its client broke off within the answer', async () => {
    const { log, session } = await start();
    const stream = request(session, '/api/part');
    await answerOf(stream);
    stream.close(constants.NGHTTP2_CANCEL);
    expect(await log.waitFor(1)).toMatchObject([{ details: { path: '/api/part', aborted: true, status: 200 } }]);
  });

  test('tells of the streams of a session that is gone', async () => {
    const { log, session } = await start();
    const stream = request(session, '/api/part');
    await answerOf(stream);
    session.destroy();
    expect(await log.waitFor(1)).toMatchObject([{ details: { path: '/api/part', aborted: true } }]);
  });
});
