import { useDatabase, useRedis } from '@auditlane/testkit';
import { describe, expect, test } from 'vitest';
import { sendRaw } from './fixtures/raw-request.ts';
import { createKey, startApi } from './fixtures/start-api.ts';

const { url: redisUrl, redis } = await useRedis();
const { url: databaseUrl, pool } = await useDatabase();
const SERVERS = { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl };
const METRICS = '/monitoring/audit-metrics';
const EVENT = '{"event_type":"a.b","event_category":"info"}';

const get = (port: number, path: string, fields: readonly string[]) =>
  sendRaw(port, `GET ${path} HTTP/1.1\r\n${['Connection: close', ...fields].join('\r\n')}\r\n\r\n`);

async function post(port: number, fields: readonly string[], body = EVENT) {
  const key = await createKey(pool, ['ingest']);
  const head = ['Host: 127.0.0.1', 'Connection: close', `Authorization: Bearer ${key}`, ...fields];
  return sendRaw(port, `POST /api/v1/events HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n${body}`);
}

describe('row 30: a key anywhere in the query', () => {
  test.each([
    ['as a name', (key: string) => `${key}=1`],
    ['alone', (key: string) => key],
    ['behind a scheme', (key: string) => `x=Bearer%20${key}`],
    ['escaped', (key: string) => `x=%61l${key.slice(2)}`],
  ])('%s is refused with 400', async (_, toQuery) => {
    const { port } = await startApi(SERVERS);
    const key = await createKey(pool, ['monitor']);
    const answer = await get(port, `${METRICS}?${toQuery(key)}`, ['Host: 127.0.0.1']);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('key_in_query');
  });
});

describe('row 31: a field on which two parsers could disagree is refused when it occurs twice', () => {
  test.each([
    ['Host', ['Host: 127.0.0.1', 'Host: evil.example']],
    ['Origin', ['Host: 127.0.0.1', 'Origin: http://localhost', 'origin: https://evil.example']],
    ['Authorization', ['Host: 127.0.0.1', 'Authorization: Bearer a', 'Authorization: Bearer b']],
  ])('%s', async (_, fields) => {
    const { port } = await startApi(SERVERS);
    const answer = await get(port, METRICS, fields);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('repeated_header');
    expect(answer.text).not.toContain('evil');
  });

  test('Content-Type', async () => {
    const { port } = await startApi(SERVERS);
    const types = ['Content-Type: application/json', 'Content-Type: text/plain'];
    expect((await post(port, [...types, `Content-Length: ${EVENT.length}`])).status).toBe(400);
    expect(await redis.llen('audit:queue')).toBe(0);
  });
});

test.each(['gzip, chunked', 'deflate, chunked', 'chunked, chunked'])(
  'row 33: a body in the transfer coding "%s" is refused, and not read as if it were text',
  async (coding) => {
    const { port } = await startApi(SERVERS);
    const chunk = `${EVENT.length.toString(16)}\r\n${EVENT}\r\n0\r\n\r\n`;
    const answer = await post(port, ['Content-Type: application/json', `Transfer-Encoding: ${coding}`], chunk);
    expect([400, 415]).toContain(answer.status);
    expect(await redis.llen('audit:queue')).toBe(0);
  },
);

test('row 34: of two charsets each must be UTF-8', async () => {
  const { port } = await startApi(SERVERS);
  const type = 'Content-Type: application/json; charset=utf-8; charset=utf-16';
  expect((await post(port, [type, `Content-Length: ${EVENT.length}`])).status).toBe(415);
});

describe('row 55: what proxies and content networks add withdraws the loopback grant', () => {
  test.each([
    'X-Forwarded: for=1.2.3.4',
    'X_Forwarded_For: 1.2.3.4',
    'X-Forwarded-For:',
    'Via: 1.1 proxy',
    'X-Client-IP: 1.2.3.4',
    'X-Cluster-Client-IP: 1.2.3.4',
    'True-Client-IP: 1.2.3.4',
    'Fastly-Client-IP: 1.2.3.4',
    'CF-Connecting-IP: 1.2.3.4',
    'CF-Ray: 1',
    'CDN-Loop: cloudflare',
    'X-Original-Forwarded-For: 1.2.3.4',
    'X-Original-Host: evil.example',
    'X-Host: evil.example',
    'X-Envoy-External-Address: 1.2.3.4',
    'X-Azure-ClientIP: 1.2.3.4',
  ])('%s', async (field) => {
    const { port } = await startApi(SERVERS);
    expect((await get(port, METRICS, ['Host: 127.0.0.1', field])).status).toBe(401);
  });

  test.each(['User-Agent: curl/8', 'Accept: */*', 'Referer: http://localhost/', 'X-Request-Id: 1', 'Cache-Control: x'])(
    '%s does not',
    async (field) => {
      const { port } = await startApi(SERVERS);
      expect((await get(port, METRICS, ['Host: 127.0.0.1', field])).status).toBe(200);
    },
  );
});

test.each(['localhost.', '127.0.0.1.evil.example', '127.1', '2130706433', '0.0.0.0', 'a.localhost', '127.0.0.1, evil'])(
  'row 56: Host: %s is not this machine',
  async (host) => {
    const { port } = await startApi(SERVERS);
    expect((await get(port, METRICS, [`Host: ${host}`])).status).toBe(401);
  },
);
