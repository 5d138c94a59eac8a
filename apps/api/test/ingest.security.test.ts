import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { useDatabase, useRedis } from '@auditlane/testkit';
import { describe, expect, test } from 'vitest';
import { openSocket, sendRaw } from './fixtures/raw-request.ts';
import { createKey, startApi } from './fixtures/start-api.ts';

const { url: redisUrl, redis } = await useRedis();
const { url: databaseUrl, pool } = await useDatabase();
const SERVERS = { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl };
const key = await createKey(pool, ['ingest']);
const EVENT = { event_type: 'a.b', event_category: 'info' };

async function post(url: string, body: string | Buffer, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/api/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const head = (extra: string) =>
  `POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\n${extra}\r\n\r\n`;

describe('row 32: a body that does not end', () => {
  test('of somebody without a key is not listened to: 401 and the connection is closed', async () => {
    const { port } = await startApi(SERVERS);
    const request =
      'POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 2147483648\r\n\r\n[';
    expect(await sendRaw(port, request)).toMatchObject({ status: 401, isClosed: true });
  });

  test('in chunks is answered 413 at the limit, the connection is closed and memory stays flat', async () => {
    const { port } = await startApi(SERVERS);
    const socket = await openSocket(port);
    socket.on('error', () => undefined);
    let text = '';
    let isClosed = false;
    socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
    socket.on('close', () => (isClosed = true));
    const before = process.memoryUsage().rss;
    socket.write(head('Transfer-Encoding: chunked'));
    const chunk = `100000\r\n${'['.repeat(1_048_576)}\r\n`;
    // A gigabyte as fast as it goes, then slowly until the API has waited long enough.
    for (let sent = 0; sent < 2048 && !isClosed; sent += 1) {
      if (!socket.write(chunk)) {
        await new Promise<void>((resolve) => {
          socket.once('drain', resolve);
          socket.once('close', () => resolve());
        });
      }
      // Last in the turn: what is written to a connection that has ended meanwhile is never answered by an event.
      if (sent >= 1024) await delay(20);
    }
    await expect.poll(() => isClosed).toBe(true);
    expect(text).toMatch(/^HTTP\/1\.1 413 /u);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1_048_576);
  });

  test('is read until its caller has had time to read the answer', async () => {
    const { port } = await startApi(SERVERS);
    const socket = await openSocket(port);
    const errors: Error[] = [];
    let text = '';
    socket.on('error', (error) => errors.push(error)).setEncoding('latin1');
    socket.on('data', (part: string) => (text += part));
    socket.write(head('Content-Length: 2147483648'));
    await expect.poll(() => text).toContain('body_too_large');
    for (let part = 0; part < 8; part += 1) {
      socket.write('['.repeat(65_536));
      await delay(50);
    }
    expect({ errors, isDestroyed: socket.destroyed }).toEqual({ errors: [], isDestroyed: false });
    expect(text).toMatch(/^HTTP\/1\.1 413 [^]*\r\nconnection: close\r\n[^]*\r\n\r\n\{.*\}$/iu);
    await expect.poll(() => socket.destroyed).toBe(true);
  });

  test('or says that it is too long is answered 413 before it is read', async () => {
    const { port } = await startApi(SERVERS);
    const answer = await sendRaw(port, head('Content-Length: 2147483648'));
    expect(answer).toMatchObject({ status: 413, isClosed: true });
    expect(answer.text).toContain('body_too_large');
  });
});

test('row 33: a compressed body is 415, so that no bomb is ever unpacked', async () => {
  const { url } = await startApi(SERVERS);
  for (const encoding of ['gzip', 'br', 'deflate', 'gzip, identity']) {
    expect(await post(url, gzipSync(JSON.stringify(EVENT)), { 'content-encoding': encoding })).toMatchObject({
      status: 415,
      body: { code: 'unsupported_content_encoding' },
    });
  }
});

describe('row 34: a body of another type is 415', () => {
  test.each([
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'application/json; charset=utf-16',
    'text/json',
    '',
  ])('%s', async (type) => {
    const { url } = await startApi(SERVERS);
    expect(await post(url, JSON.stringify(EVENT), { 'content-type': type })).toMatchObject({
      status: 415,
      body: { code: 'unsupported_content_type' },
    });
  });

  test('none', async () => {
    const { port } = await startApi(SERVERS);
    const request = `POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${key}\r\nContent-Length: 2\r\n\r\n{}`;
    expect((await sendRaw(port, request, { untilAnswer: true })).status).toBe(415);
  });
});

describe('row 35: what is not JSON is 400 with the byte where it stops being JSON', () => {
  test.each([
    ['a trailing comma', '{"event_type":"a.b",}', 20],
    ['NaN', '{"a":NaN}', 5],
    ['a byte order mark', '\u{feff}{}', 0],
    ['nothing', '', 0],
    ['two values', '{} {}', 3],
    ['a single quote', "{'a':1}", 1],
    ['an offset behind a wide character', '{"é":}', 6],
  ])('%s', async (_, body, offset) => {
    const { url } = await startApi(SERVERS);
    expect(await post(url, body)).toMatchObject({ status: 400, body: { code: 'invalid_json', offset } });
  });

  test('UTF-16, with and without a mark', async () => {
    const { url } = await startApi(SERVERS);
    const utf16 = Buffer.from(JSON.stringify(EVENT), 'utf16le');
    expect(await post(url, utf16)).toMatchObject({ status: 400, body: { code: 'invalid_json' } });
    expect(await post(url, Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]))).toMatchObject({
      status: 400,
      body: { code: 'invalid_encoding' },
    });
  });

  test('of duplicate keys the last one wins', async () => {
    const { url } = await startApi(SERVERS);
    expect((await post(url, '{"event_type":"first","event_type":"last","event_category":"info"}')).status).toBe(202);
    expect(await redis.lindex('audit:queue', 0)).toContain('"event_type":"last"');
  });
});

test.each([
  ['a broken sequence', [0xc3, 0x28]],
  ['an overlong slash', [0xc0, 0xaf]],
  ['0xff', [0xff]],
  ['a surrogate', [0xed, 0xa0, 0x80]],
])('row 36: %s is 400 and not stored as something else', async (_, bytes) => {
  const { url } = await startApi(SERVERS);
  const body = Buffer.concat([
    Buffer.from('{"event_type":"a.b","event_category":"info","description":"'),
    Buffer.from(bytes),
    Buffer.from('"}'),
  ]);
  expect(await post(url, body)).toMatchObject({ status: 400, body: { code: 'invalid_encoding' } });
  expect(await redis.llen('audit:queue')).toBe(0);
});

describe('row 37: nesting of 100,000', () => {
  test.each([
    ['arrays', '['.repeat(100_000) + ']'.repeat(100_000)],
    [
      'objects in metadata',
      `{"event_type":"a.b","event_category":"info","metadata":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`,
    ],
    ['unfinished', '[{"a":'.repeat(50_000)],
  ])('%s is 400 before it is parsed', async (_, body) => {
    const { url } = await startApi(SERVERS);
    expect(await post(url, body)).toMatchObject({ status: 400, body: { code: 'json_too_deep' } });
    expect(await redis.llen('audit:queue')).toBe(0);
  });
});

test('row 38: __proto__ and constructor are data like any other key, and no prototype changes', async () => {
  const { url } = await startApi(SERVERS);
  const metadata = '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}';
  const body = `{"event_type":"a.b","event_category":"info","__proto__":{"isAdmin":true},"metadata":${metadata}}`;
  expect((await post(url, body, { 'idempotency-key': 'proto' })).status).toBe(202);
  expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
  expect(Object.prototype).not.toHaveProperty('isAdmin');
  const entry = (await redis.lindex('audit:queue', 0)) ?? '';
  expect(entry).toContain('"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}');
});

describe('row 39: the size of a batch', () => {
  const batch = (count: number) => JSON.stringify(Array.from({ length: count }, () => EVENT));

  test.each([
    [0, 400, 'empty_batch'],
    [1001, 413, 'batch_too_large'],
  ])('of %i is %i', async (count, status, code) => {
    const { url } = await startApi(SERVERS);
    expect(await post(url, batch(count))).toMatchObject({ status, body: { code } });
    const lines = Array.from({ length: count }, () => `${JSON.stringify(EVENT)}\n`).join('');
    expect(await post(url, lines, { 'content-type': 'application/x-ndjson' })).toMatchObject({
      status,
      body: { code },
    });
    expect(await redis.llen('audit:queue')).toBe(0);
  });

  test.each([1, 1000])('of %i is accepted', async (count) => {
    const { url } = await startApi(SERVERS);
    expect(await post(url, batch(count))).toMatchObject({ status: 202, body: { accepted: count, rejected: 0 } });
    expect(await redis.llen('audit:queue')).toBe(count);
  });

  test('good and bad mixed: the good are queued, each has its receipt in order', async () => {
    const { url } = await startApi(SERVERS);
    const mixed = [
      EVENT,
      null,
      { ...EVENT, event_category: 'odd' },
      [EVENT],
      { ...EVENT, id: '0197c000-0000-7000-8000-000000000000' },
      EVENT,
    ];
    const answer = await post(url, JSON.stringify(mixed));
    expect(answer).toMatchObject({ status: 202, body: { accepted: 2, rejected: 4 } });
    expect(answer.body['receipts']).toMatchObject([
      { status: 'queued' },
      { status: 'rejected', reason: 'invalid' },
      { status: 'rejected', issues: [{ path: 'event_category' }] },
      { status: 'rejected', reason: 'invalid' },
      { status: 'rejected', issues: [{ path: 'id' }] },
      { status: 'queued' },
    ]);
    expect(await redis.llen('audit:queue')).toBe(2);
  });
});

test('a body that ends early is not taken', async () => {
  const { port } = await startApi(SERVERS);
  const socket = await openSocket(port);
  socket.end(`${head('Content-Length: 1000')}${JSON.stringify(EVENT)}`);
  await new Promise((resolve) => socket.on('close', resolve).resume());
  expect(await redis.llen('audit:queue')).toBe(0);
});
