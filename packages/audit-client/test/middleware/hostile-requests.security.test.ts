import type { Response } from 'express';
import { describe, expect, test } from 'vitest';
import { createSecurityEventsMiddleware } from '../../src/middleware/create-security-events-middleware.ts';
import type { SecurityEventsMiddlewareOptions } from '../../src/middleware/options.ts';
import { createEventLog } from './support/event-log.ts';
import { EXPRESS_VERSIONS } from './support/express-versions.ts';
import { exchangeRaw, openRaw } from './support/raw-exchange.ts';
import { serve } from './support/serve.ts';

const MEGABYTE = 1_048_576;

function get(target: string, headers = ''): string {
  return `GET ${target} HTTP/1.1\r\nHost: x\r\n${headers}Connection: close\r\n\r\n`;
}

function post(body: string, headers = ''): string {
  return `POST /api/x HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${headers}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
}

function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
}

describe.each(EXPRESS_VERSIONS)('hostile requests against $name', ({ express }) => {
  /** Two servers with the same routes, of which one has no middleware: what it answers is what must be answered. */
  async function start(options: SecurityEventsMiddlewareOptions = {}, serverOptions = {}) {
    const log = createEventLog();
    const events = createSecurityEventsMiddleware({
      service: log,
      flushOnShutdown: false,
      logAllRequests: true,
      correlationHeader: false,
      loggingOptions: { includeHeaders: true },
      ...options,
    });
    function build(isWatched: boolean) {
      const app = express();
      app.set('etag', false);
      // Otherwise the answer to an error holds its stack, which the middleware is part of.
      app.set('env', 'production');
      if (isWatched) app.use(events);
      app.use(express.json());
      app.get('/api/twice', (_request, response) => {
        // Without a listener Node ends the process for such an application, with or without the middleware.
        response.on('error', () => undefined);
        response.end('once');
        response.end();
        response.end('twice');
        response.write('thrice');
      });
      app.get('/api/odd-chunk', (_request, response) => {
        try {
          response.end(42 as unknown as string);
        } catch (error) {
          response.end((error as NodeJS.ErrnoException).code);
        }
      });
      app.get('/api/pieces', (_request, response) => {
        response.setHeader('content-type', 'text/plain');
        response.write('üb', 'latin1');
        response.write(Buffer.from([0xff, 0x00]));
        response.write('', 'utf8');
        response.write('6869', 'hex', () => undefined);
        response.end(() => undefined);
      });
      app.use((request: { method?: string }, response: Response) => {
        response.type('text').send(`${String(request.method)} answered`);
      });
      if (isWatched) app.use(events.errorHandler);
      return app;
    }
    const watched = await serve(build(true), serverOptions);
    const plain = await serve(build(false), serverOptions);
    return { watched, plain, log };
  }

  function withoutDate(answer: string): string {
    return answer.replaceAll(/Date: [^\r]+\r\n/g, '');
  }

  async function expectSameAnswer(bytes: string | Buffer, options = {}, serverOptions = {}) {
    const { watched, plain, log } = await start(options, serverOptions);
    const answer = await exchangeRaw(watched.port, bytes);
    expect(withoutDate(answer)).toBe(withoutDate(await exchangeRaw(plain.port, bytes)));
    return { answer, log, watched };
  }

  const HARMLESS: readonly (readonly [string, string])[] = [
    ['invalid percent-encoding', get('/api/%zz%c3%28')],
    ['an encoded NUL', get('/api/%00')],
    ['an absolute URI', get('http://evil.example/api/x?y')],
    ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    [
      'prototype keys as headers',
      get('/api/x', '__proto__: polluted\r\nconstructor: x\r\ntoString: y\r\nhasOwnProperty: z\r\n'),
    ],
    ['prototype keys in the query', get('/api/x?__proto__[polluted]=1&constructor[prototype][polluted]=1')],
    ['headers with invalid UTF-8', get('/api/x', 'User-Agent: \xff\xfe\xc3\x28\r\nX-Forwarded-For: \xff\r\n')],
    [
      'the same header many times',
      get('/api/x', 'X-Forwarded-For: 1.2.3.4\r\nTraceparent: x\r\nUser-Agent: a\r\n'.repeat(50)),
    ],
    ['a script as the host', 'GET /api/x HTTP/1.1\r\nHost: <script>alert(1)</script>\r\nConnection: close\r\n\r\n'],
    ['HTTP/1.0 without a host', 'GET /api/x HTTP/1.0\r\n\r\n'],
    ['a method of WebDAV', get('/api/x').replace('GET', 'PROPFIND')],
    ['a method with a hyphen', get('/api/x').replace('GET', 'M-SEARCH')],
    ['TRACE', get('/api/x').replace('GET', 'TRACE')],
    ['HEAD', get('/api/x').replace('GET', 'HEAD')],
    ['an upgrade that nobody takes', get('/api/x', 'Upgrade: websocket\r\n')],
    ['an answer that is ended twice', get('/api/twice')],
    ['an answer of a chunk that is none', get('/api/odd-chunk')],
    ['an answer in pieces and encodings', get('/api/pieces')],
    ['a body that is no JSON', post('{"a')],
    ['prototype keys as JSON', post('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}')],
    ['a body that is expected first', post('[1]', 'Expect: 100-continue\r\n')],
    ['a GET with a body', get('/api/x', 'Content-Length: 4\r\n') + 'body'],
    [
      'chunks of a byte',
      'POST /api/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n' +
        '1\r\nx\r\n'.repeat(500) +
        '0\r\nTrailer: y\r\n\r\n',
    ],
  ];

  test.each(HARMLESS)(
    '%s: the answer is what it would be without the middleware, and one event tells it',
    async (_name, bytes) => {
      const { answer, log } = await expectSameAnswer(bytes);
      const [event] = await log.waitFor(1);
      expect(log.events).toHaveLength(1);
      const body = answer.slice(answer.lastIndexOf('\r\n\r\n') + 4);
      const status = Number([...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].at(-1)?.[1]);
      expect(event?.details).toMatchObject({ status, ipAddress: '127.0.0.1' });
      if (!answer.includes('chunked')) expect(event?.details['responseBytes']).toBe(body.length);
      expect({}).not.toHaveProperty('polluted');
      expect(() => JSON.stringify(event)).not.toThrow();
    },
  );

  test('an answer in pieces and encodings is counted to the byte', async () => {
    const { watched, log } = await start();
    const answer = await fetch(`${watched.url}/api/pieces`);
    expect((await answer.arrayBuffer()).byteLength).toBe(6);
    expect((await log.waitFor(1))[0]?.details['responseBytes']).toBe(6);
  });

  test.each([
    ['a request that the parser refuses', 'GET /api/x HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'],
    [
      'two lengths',
      'POST /api/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['invalid UTF-8 in the path', get('/api/\xc3\x28\xff\xfe')],
    ['a method that is none', 'HACK /api/x HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['a header above the limit', get('/api/x', `X-Flood: ${'y'.repeat(100_000)}\r\n`)],
    ['a URL above the limit', get(`/api/${'y'.repeat(100_000)}`)],
    ['CONNECT', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n'],
  ])('%s never reaches the application: same answer, no event', async (_name, bytes) => {
    const { log, watched } = await expectSameAnswer(bytes);
    await fetch(`${watched.url}/api/after`);
    expect((await log.waitFor(1)).map(({ details }) => details['path'])).toEqual(['/api/after']);
  });

  test('a URL of 1 MB is answered, and its event holds its beginning and its length', async () => {
    const { watched, log } = await start({}, { maxHeaderSize: 4 * MEGABYTE });
    const target = `/api/${'%ff'.repeat(MEGABYTE / 3)}`;
    expect(statusOf(await exchangeRaw(watched.port, get(target)))).toBe(200);
    const [event] = await log.waitFor(1);
    expect(event?.details).toMatchObject({ path: target.slice(0, 1024), urlLength: target.length });
    expect(JSON.stringify(event).length).toBeLessThan(10_000);
  });

  test('a flood of headers is answered, and its event is bounded', async () => {
    const { watched, log } = await start({}, { maxHeaderSize: 16 * MEGABYTE });
    const flood = Array.from({ length: 900 }, (_one, index) => `x-flood-${index}: ${'z'.repeat(1000)}\r\n`).join('');
    expect(
      statusOf(await exchangeRaw(watched.port, get('/api/x', flood + `User-Agent: ${'a'.repeat(MEGABYTE)}\r\n`))),
    ).toBe(200);
    const [event] = await log.waitFor(1);
    expect(Object.keys(event?.details['headers'] as object).length).toBeLessThanOrEqual(101);
    expect(event?.details['userAgent']).toBe('a'.repeat(1024));
    expect(JSON.stringify(event).length).toBeLessThan(200_000);
  });

  test('what a client claims in X-Forwarded-For reaches no column', async () => {
    const { watched, log } = await start();
    await exchangeRaw(
      watched.port,
      get('/api/x', 'X-Forwarded-For: 8.8.8.8\r\nForwarded: for=8.8.8.8\r\nX-Real-IP: 8.8.8.8\r\n'),
    );
    expect((await log.waitFor(1))[0]?.details['ipAddress']).toBe('127.0.0.1');
  });

  test('a body that comes byte by byte delays nobody else, and is counted', async () => {
    const { watched, log } = await start();
    const slow = await openRaw(watched.port);
    slow.send(
      'POST /api/slow HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5\r\nConnection: close\r\n\r\n',
    );
    for (const byte of '[1,2') {
      await new Promise((resolve) => slow.socket.write(byte, resolve));
      expect((await fetch(`${watched.url}/api/quick`)).status).toBe(200);
    }
    slow.send(']');
    expect(statusOf(await slow.ended())).toBe(200);
    const events = await log.waitFor(5);
    expect(events.at(-1)?.details).toMatchObject({ path: '/api/slow', requestBytes: 5, status: 200 });
  });

  test('a slow client that the server gives up is one aborted event', async () => {
    const { watched, log } = await start(
      {},
      { requestTimeout: 200, headersTimeout: 100, connectionsCheckingInterval: 50 },
    );
    const slow = await openRaw(watched.port);
    slow.send('POST /api/slow HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n[');
    expect(statusOf(await slow.ended())).toBe(408);
    const [event] = await log.waitFor(1);
    expect(event?.details).toMatchObject({ aborted: true, status: null, requestBytes: 1 });
  });

  test('a keep-alive connection with a thousand requests leaves a thousand events and no listener behind', async () => {
    const { watched, log } = await start();
    const connection = await openRaw(watched.port);
    const listeners: number[] = [];
    watched.server.on('request', (request) => listeners.push(request.socket.listenerCount('close')));
    for (let sent = 0; sent < 1000; sent += 100) {
      connection.send('GET /api/x HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(100));
      await connection.received('GET answered', sent + 100);
    }
    connection.hangUp();
    const events = await log.waitFor(1000);
    expect(events.every(({ details }) => details['status'] === 200 && details['responseBytes'] === 12)).toBe(true);
    expect(Math.max(...listeners)).toBeLessThanOrEqual((listeners[0] ?? 0) + 1);
  });

  test('a server whose socket ends in the middle of the handshake of a request stays alive', async () => {
    const { watched, log } = await start();
    for (const part of ['G', 'GET /api/x HT', get('/api/x').slice(0, -2), 'GET /api/x HTTP/1.1\r\nHost: x\r\nX-']) {
      const connection = await openRaw(watched.port);
      await new Promise((resolve) => connection.socket.write(part, resolve));
      connection.hangUp();
    }
    expect((await fetch(`${watched.url}/api/after`)).status).toBe(200);
    expect((await log.waitFor(1)).map(({ details }) => details['path'])).toEqual(['/api/after']);
  });
});

test('Object.prototype stays as it was', () => {
  expect(Object.keys(Object.prototype)).toEqual([]);
});
