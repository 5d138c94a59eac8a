import type { Socket } from 'node:net';
import { useDatabase, useRedis } from '@auditlane/testkit';
import { describe, expect, test } from 'vitest';
import { openSocket, sendRaw } from './fixtures/raw-request.ts';
import { createKey, startApi } from './fixtures/start-api.ts';

const { url: redisUrl, redis } = await useRedis();
const { url: databaseUrl, pool } = await useDatabase();
const SERVERS = { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl };
const MEBIBYTE = 1_048_576;
const EVENT = '{"event_type":"a.b","event_category":"info"}';

const head = (key: string, fields: readonly string[]) =>
  ['POST /api/v1/events HTTP/1.1', 'Host: 127.0.0.1', `Authorization: Bearer ${key}`, ...fields, '', ''].join('\r\n');

async function post(port: number, body: string, type = 'application/json') {
  const key = await createKey(pool, ['ingest']);
  const fields = ['Connection: close', `Content-Type: ${type}`, `Content-Length: ${Buffer.byteLength(body)}`];
  return sendRaw(port, head(key, fields) + body);
}

/** Sends all of a body but its end, and gives what came back so far. */
async function sendUnfinished(
  port: number,
  key: string,
  bytes: number,
): Promise<{ socket: Socket; text: () => string }> {
  const socket = await openSocket(port);
  let text = '';
  socket
    .on('error', () => undefined)
    .setEncoding('latin1')
    .on('data', (chunk: string) => (text += chunk));
  socket.write(head(key, ['Content-Type: application/json', `Content-Length: ${bytes}`]));
  socket.write(' '.repeat(bytes - 1));
  return { socket, text: () => text };
}

describe('row 32: bodies that are held open', () => {
  test('of one caller are refused above 32 MiB together, while another caller is served', async () => {
    const { port } = await startApi(SERVERS);
    const hostile = await createKey(pool, ['ingest']);
    const held = await Promise.all(Array.from({ length: 8 }, () => sendUnfinished(port, hostile, 8 * MEBIBYTE)));
    const refused = () => held.filter(({ text }) => text().includes('too_many_bodies'));
    await expect.poll(() => refused().length, { timeout: 10_000 }).toBeGreaterThanOrEqual(4);
    expect(refused()[0]?.text()).toMatch(/^HTTP\/1\.1 503 .*\r\nretry-after: 1\r\n/isu);
    expect(refused().length).toBeLessThan(8);
    expect((await post(port, EVENT)).status).toBe(202);

    for (const { socket } of held) socket.destroy();
    // What was held is given back when the sender hangs up.
    const fields = ['Connection: close', 'Content-Type: application/json', `Content-Length: ${EVENT.length}`];
    await expect.poll(async () => (await sendRaw(port, head(hostile, fields) + EVENT)).status).toBe(202);
  });
});

describe('row 37: a body of many tiny values is refused before it is parsed', () => {
  const keys = Array.from({ length: 300_000 }, (_, index) => `"k${index}":1`).join(',');
  test.each([
    ['keys of an event', `{"event_type":"a.b","event_category":"info",${keys}}`],
    ['keys of metadata', `{"event_type":"a.b","event_category":"info","metadata":{${keys}}}`],
    ['arrays in arrays', `{"metadata":[${`${'['.repeat(100)}${']'.repeat(100)},`.repeat(3000)}1]}`],
  ])('%s', async (_, body) => {
    const { port } = await startApi(SERVERS);
    const answer = await post(port, body);
    expect(answer.status).toBe(413);
    expect(answer.text).toContain('commas and brackets');
    expect((await post(port, `${body}\n${body}`, 'application/x-ndjson')).status).toBe(413);
    expect(await redis.llen('audit:queue')).toBe(0);
  });

  test('spread over the lines of a body too', async () => {
    const { port } = await startApi(SERVERS);
    const line = `{"event_type":"a.b","event_category":"info","metadata":{"list":[${'1,'.repeat(2000)}1]}}\n`;
    expect((await post(port, line.repeat(100), 'application/x-ndjson')).status).toBe(202);
    expect((await post(port, line.repeat(200), 'application/x-ndjson')).status).toBe(413);
  });

  test('but a thousand events with two hundred keys each are taken', async () => {
    const { port } = await startApi(SERVERS);
    const metadata = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`k${index}`, index]));
    const event = { event_type: 'a.b', event_category: 'info', metadata };
    expect((await post(port, JSON.stringify(Array.from({ length: 1000 }, () => event)))).status).toBe(202);
  });
});

describe('row 39: lines', () => {
  test.each([
    ['ends with CR LF', `${EVENT}\r\n${EVENT}\r\n`, 2],
    ['has no line end', `${EVENT}\n${EVENT}`, 2],
    ['has blank lines', `\n \t\r\n${EVENT}\n\n\n${EVENT}\n \n`, 2],
    ['has a thousand events and blank lines', `${`${EVENT}\n\n`.repeat(1000)}\n`, 1000],
  ])('a body that %s is taken', async (_, body, count) => {
    const { port } = await startApi(SERVERS);
    expect((await post(port, body, 'application/x-ndjson')).status).toBe(202);
    expect(await redis.llen('audit:queue')).toBe(count);
  });

  test.each([
    ['a broken line among good ones', `${EVENT}\n{"event_type":\n${EVENT}`, EVENT.length + 1 + 14],
    ['a last line cut short', `${EVENT}\n  {"a`, EVENT.length + 1 + 5],
    ['a byte order mark on a later line', `${EVENT}\n\u{feff}${EVENT}`, EVENT.length + 1],
    ['two events on a line', EVENT + EVENT, EVENT.length],
  ])('%s refuses the body whole, and names the byte', async (_, body, offset) => {
    const { port } = await startApi(SERVERS);
    const answer = await post(port, body, 'application/x-ndjson');
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(`"offset":${offset}`);
    expect(await redis.llen('audit:queue')).toBe(0);
  });

  test('millions of empty lines cost no more than reading them', async () => {
    const { port } = await startApi(SERVERS);
    const answer = await post(port, '\n'.repeat(8 * MEBIBYTE), 'application/x-ndjson');
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('empty_batch');
  });
});

test('requests in one flood of a pipeline are all answered, in order', async () => {
  const { port } = await startApi(SERVERS);
  const key = await createKey(pool, ['ingest']);
  const one = head(key, ['Content-Type: application/json', `Content-Length: ${EVENT.length}`]) + EVENT;
  const last = 'GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
  const answer = await sendRaw(port, one.repeat(500) + last, { deadlineMs: 20_000 });
  const statuses = Array.from(answer.text.matchAll(/HTTP\/1\.1 (\d{3}) /gu), ([, status]) => Number(status));
  expect(statuses).toEqual([...Array.from({ length: 500 }, () => 202), 404]);
});
