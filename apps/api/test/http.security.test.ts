import { useDatabase, useRedis } from '@auditlane/testkit';
import { describe, expect, test } from 'vitest';
import { openSocket, sendRaw } from './fixtures/raw-request.ts';
import { createKey, startApi } from './fixtures/start-api.ts';

const { url: redisUrl, redis } = await useRedis();
const { url: databaseUrl, pool } = await useDatabase();
const SERVERS = { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl };
const key = await createKey(pool, ['ingest']);
const METRICS = '/monitoring/audit-metrics';

const get = (port: number, path: string, headers: string[] = [], method = 'GET') =>
  sendRaw(
    port,
    `${method} ${path} HTTP/1.1\r\n${['Host: 127.0.0.1', 'Connection: close', ...headers].join('\r\n')}\r\n\r\n`,
  );

describe('row 31: requests on which two parsers could disagree are refused and the connection is closed', () => {
  test.each([
    ['a negative Content-Length', `Content-Length: -1\r\n\r\n`],
    ['Content-Length and Transfer-Encoding', `Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['two different lengths', `Content-Length: 5\r\nContent-Length: 6\r\n\r\n`],
    ['a folded header line', `X-Folded: a\r\n b\r\nContent-Length: -1\r\n\r\n`],
    ['an unknown transfer coding', `Transfer-Encoding: xchunked\r\n\r\n`],
    ['a space before the colon', `Content-Length : 5\r\n\r\n`],
    ['a chunk size that is no number', `Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n`],
  ])('%s', async (_, rest) => {
    const { port } = await startApi(SERVERS);
    const smuggled = 'GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n';
    const head = `POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\n`;
    const answer = await sendRaw(port, head + rest + smuggled);
    expect(answer).toMatchObject({ status: 400, isClosed: true });
    expect(answer.text.match(/HTTP\/1\.1/gu)).toHaveLength(1);
    expect(await redis.llen('audit:queue')).toBe(0);
  });

  test('bare line feeds instead of CR LF', async () => {
    const { port } = await startApi(SERVERS);
    const answer = await sendRaw(
      port,
      `GET ${METRICS} HTTP/1.1\nHost: 127.0.0.1\nX: y\n\nGET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n`,
    );
    expect(answer).toMatchObject({ status: 400, isClosed: true });
  });
});

describe('row 51: pages of other origins get nothing', () => {
  test('a preflight is answered without a word of CORS', async () => {
    const { url } = await startApi(SERVERS);
    const response = await fetch(`${url}/api/v1/events`, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('allow')).toBe('POST, OPTIONS');
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test.each([
    ['Origin: https://evil.example'],
    ['Origin: null'],
    ['Sec-Fetch-Site: cross-site'],
    ['Sec-Fetch-Site: unheard-of'],
  ])('%s withdraws the loopback grant', async (header) => {
    const { port } = await startApi(SERVERS);
    expect((await get(port, METRICS, [header])).status).toBe(401);
  });

  test.each([['Origin: http://localhost:3000'], ['Sec-Fetch-Site: same-origin'], ['Sec-Fetch-Site: none']])(
    '%s does not',
    async (header) => {
      const { port } = await startApi(SERVERS);
      expect((await get(port, METRICS, [header])).status).toBe(200);
    },
  );
});

describe('row 52: slow peers hold a socket for a bounded time and stop nobody', () => {
  test('header fields that do not end are answered 408', async () => {
    const { port } = await startApi(SERVERS, { headersTimeoutMs: 100, requestTimeoutMs: 5000, checkMs: 20 });
    expect(await sendRaw(port, 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ')).toMatchObject({
      status: 408,
      isClosed: true,
    });
  });

  test('a body that does not end is cut off', async () => {
    const { port } = await startApi(SERVERS, { headersTimeoutMs: 100, requestTimeoutMs: 200, checkMs: 20 });
    const head = `POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`;
    const answer = await sendRaw(port, head);
    expect(answer).toMatchObject({ status: 408, isClosed: true });
  });

  test('two thousand of them leave the API answering', async () => {
    const { port, url } = await startApi(SERVERS);
    const sockets = await Promise.all(Array.from({ length: 2000 }, () => openSocket(port)));
    for (const socket of sockets) {
      socket.on('error', () => undefined).write('GET / HTTP/1.1\r\nHost: 127.0');
    }
    expect((await fetch(url + METRICS)).status).toBe(200);
    sockets.forEach((socket) => socket.destroy());
  });
});

test('row 53: connections above the limit are answered 503 and closed, and others are served when one has gone', async () => {
  const { port, url } = await startApi(SERVERS, { maxConnections: 3 });
  const idle = await Promise.all([1, 2, 3].map(() => openSocket(port)));
  expect(await get(port, METRICS)).toMatchObject({ status: 503, isClosed: true });
  idle.forEach((socket) => socket.destroy());
  await expect.poll(async () => (await fetch(url + METRICS).catch(() => null))?.status).toBe(200);
});

describe('row 54: too many or too large header fields are 431', () => {
  test('64 KB in one field', async () => {
    const { port } = await startApi(SERVERS);
    expect(await get(port, METRICS, [`X-Large: ${'a'.repeat(65_536)}`])).toMatchObject({ status: 431, isClosed: true });
  });

  test('2000 fields', async () => {
    const { port } = await startApi(SERVERS);
    const answer = await get(
      port,
      METRICS,
      Array.from({ length: 2000 }, () => 'a:b'),
    );
    expect(answer).toMatchObject({ status: 431, isClosed: true });
    expect(answer.text).toContain('too_many_headers');
  });
});

describe('row 55: a forwarded request is not local, whatever it says', () => {
  test.each([
    ['X-Forwarded-For: 127.0.0.1'],
    ['X-Forwarded-Host: localhost'],
    ['Forwarded: for=127.0.0.1'],
    ['X-Real-IP: 127.0.0.1'],
    ['x-forwarded-anything: 1'],
  ])('%s withdraws the loopback grant', async (header) => {
    const { port } = await startApi(SERVERS);
    const answer = await get(port, METRICS, [header]);
    expect(answer.status).toBe(401);
    expect(answer.text).toContain('application/problem+json');
  });
});

describe('row 56: Host is the caller’s word and nothing is built from it', () => {
  test.each([
    ['evil.example'],
    ['localhost.evil.example'],
    ['127.0.0.1.evil.example'],
    ['localhost@evil.example'],
    [''],
  ])('Host: %s has no loopback grant, and is in no answer', async (host) => {
    const { port } = await startApi(SERVERS);
    const request = `GET ${METRICS} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    const answer = await sendRaw(port, request);
    expect(answer.status).toBe(401);
    expect(answer.text).not.toContain('evil');
  });

  test.each([['localhost:3000'], ['127.0.0.1'], ['[::1]:3000'], ['LOCALHOST']])('Host: %s is local', async (host) => {
    const { port } = await startApi(SERVERS);
    expect((await sendRaw(port, `GET ${METRICS} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).status).toBe(
      200,
    );
  });

  test('an absolute target is refused', async () => {
    const { port } = await startApi(SERVERS);
    const answer = await get(port, `http://evil.example${METRICS}`);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('invalid_target');
    expect(answer.text).not.toContain('evil');
  });

  test('the OpenAPI document names no host', async () => {
    const { port } = await startApi(SERVERS);
    const answer = await sendRaw(port, 'GET /openapi.json HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain('evil');
  });
});

describe('row 57: methods do what they say', () => {
  test('HEAD has the header of GET and no body', async () => {
    const { port } = await startApi(SERVERS);
    const answer = await get(port, METRICS, [], 'HEAD');
    expect(answer.status).toBe(200);
    expect(answer.text.split('\r\n\r\n')[1]).toBe('');
  });

  test.each(['TRACE', 'DELETE', 'PUT', 'PATCH', 'POST', 'PROPFIND'])(
    '%s on a GET route is 405 with Allow and echoes nothing',
    async (method) => {
      const { port } = await startApi(SERVERS);
      const answer = await get(port, METRICS, ['X-Secret: echo-me'], method);
      expect(answer.status).toBe(405);
      expect(answer.text).toMatch(/allow: GET, HEAD, OPTIONS/iu);
      expect(answer.text).not.toContain('echo-me');
    },
  );

  test('TRACE is 405 on a path without a route too', async () => {
    const { port } = await startApi(SERVERS);
    expect((await get(port, '/nowhere', [], 'TRACE')).status).toBe(405);
  });

  test('a method in a header or in the query overrides nothing', async () => {
    const { port } = await startApi(SERVERS);
    const answer = await get(port, `${METRICS}?_method=DELETE`, [
      'X-HTTP-Method-Override: DELETE',
      'X-HTTP-Method: DELETE',
    ]);
    expect(answer.status).toBe(200);
  });

  test('CONNECT opens no tunnel', async () => {
    const { port } = await startApi(SERVERS);
    const answer = await sendRaw(port, 'CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n\r\n');
    expect(answer).toMatchObject({ isClosed: true });
    expect(answer.text).not.toMatch(/^HTTP\/1\.1 2/u);
  });
});

test('an unknown route is a problem with a code and the request id of the header', async () => {
  const { url } = await startApi(SERVERS);
  const response = await fetch(`${url}/%2e%2e/etc/passwd?x=<script>`);
  const body: unknown = await response.json();
  expect([response.status, response.headers.get('content-type')]).toEqual([
    404,
    'application/problem+json; charset=utf-8',
  ]);
  expect(body).toEqual({
    type: 'urn:auditlane:problem:not_found',
    title: 'There is no such route.',
    status: 404,
    code: 'not_found',
    request_id: response.headers.get('x-request-id'),
  });
});

test('a path that cannot be decoded is a 4xx', async () => {
  const { url } = await startApi(SERVERS);
  expect((await fetch(`${url}/%ff`)).status).toBe(404);
});
