import { useDatabase, useRedis } from '@auditlane/testkit';
import { describe, expect, test } from 'vitest';
import { toLoopbackScopes } from '../src/access/loopback-scopes.ts';
import { sendRaw } from './fixtures/raw-request.ts';
import { createKey, startApi } from './fixtures/start-api.ts';

const { url: redisUrl } = await useRedis();
const { url: databaseUrl, pool } = await useDatabase();
const SERVERS = { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl };
const METRICS = '/api/v1/monitoring/audit-metrics';
const EVENT = '{"event_type":"a.b","event_category":"info"}';

const post = (url: string, headers: Record<string, string>) =>
  fetch(`${url}/api/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: EVENT,
  });

describe('row 29: whoever has no valid key gets the same 401', () => {
  test.each([
    ['no key', undefined],
    ['a wrong key', 'Bearer al_wrong'],
    ['a key of another length', 'Bearer x'],
    ['a key of 10 KB', `Bearer ${'k'.repeat(10_000)}`],
    ['another scheme', 'Basic YTpi'],
    ['an empty key', 'Bearer'],
    ['two keys', 'Bearer a b'],
  ])('%s', async (_, authorization) => {
    const { url } = await startApi(SERVERS);
    const response = await post(url, authorization === undefined ? {} : { authorization });
    const body: unknown = await response.json();
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/u);
    expect(body).toEqual({
      type: 'urn:auditlane:problem:unauthorized',
      title: 'A valid API key is needed.',
      status: 401,
      code: 'unauthorized',
      request_id: expect.any(String),
    });
  });

  test('a key of 1 MB does not get as far: 431', async () => {
    const { port } = await startApi(SERVERS);
    const answer = await sendRaw(
      port,
      `POST /api/v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${'k'.repeat(1_000_000)}\r\n\r\n`,
    );
    expect(answer).toMatchObject({ status: 431, isClosed: true });
  });

  test('revoked and expired keys', async () => {
    const { url } = await startApi(SERVERS);
    for (const extra of [{ revoked: true }, { expired: true }]) {
      const key = await createKey(pool, ['ingest'], extra);
      expect((await post(url, { authorization: `Bearer ${key}` })).status).toBe(401);
    }
  });

  test('a wrong key is refused where this machine needs none', async () => {
    const { url } = await startApi(SERVERS);
    expect((await fetch(url + METRICS, { headers: { authorization: 'Bearer al_wrong' } })).status).toBe(401);
  });
});

describe('row 30: a key in the URL', () => {
  test.each(['key', 'api_key', 'token', 'access_token', 'API_KEY', 'anything'])(
    'as %s is refused with 400 and not logged',
    async (name) => {
      const { url, logLines } = await startApi(SERVERS);
      const key = await createKey(pool, ['monitor']);
      const response = await fetch(`${url}${METRICS}?x=1&${name}=${key}`);
      expect([response.status, await response.json()]).toMatchObject([400, { code: 'key_in_query' }]);
      expect(logLines.join('')).not.toContain(key);
    },
  );
});

describe('scopes', () => {
  test('a key does what its scopes say, and admin does everything', async () => {
    const { url } = await startApi(SERVERS);
    const status = async (scopes: string[], call: 'ingest' | 'monitor') => {
      const authorization = `Bearer ${await createKey(pool, scopes)}`;
      return (
        call === 'ingest'
          ? await post(url, { authorization })
          : await fetch(url + METRICS, { headers: { authorization } })
      ).status;
    };
    expect(await status(['ingest'], 'ingest')).toBe(202);
    expect(await status(['admin'], 'ingest')).toBe(202);
    expect(await status(['monitor', 'read'], 'ingest')).toBe(403);
    expect(await status(['monitor'], 'monitor')).toBe(200);
    expect(await status(['ingest'], 'monitor')).toBe(403);
  });

  test('AUDIT_LOOPBACK_SCOPES sets what this machine may do without a key', async () => {
    const generous = await startApi({ ...SERVERS, AUDIT_LOOPBACK_SCOPES: 'monitor,ingest' });
    expect((await post(generous.url, {})).status).toBe(202);
    const strict = await startApi({ ...SERVERS, AUDIT_LOOPBACK_SCOPES: 'none' });
    expect((await fetch(strict.url + METRICS)).status).toBe(401);
    const standard = await startApi({ ...SERVERS, NODE_ENV: 'production' });
    expect([(await fetch(standard.url + METRICS)).status, (await post(standard.url, {})).status]).toEqual([200, 401]);
  });
});

test.each([
  ['production', ['monitor']],
  ['Production', ['monitor']],
  ['production ', ['monitor']],
  ['development', ['monitor', 'read']],
])('NODE_ENV=%j lets this machine %j without a key', (word, scopes) => {
  expect(toLoopbackScopes({ NODE_ENV: word })).toEqual(scopes);
  expect(toLoopbackScopes({ NODE_ENV: word, AUDIT_LOOPBACK_SCOPES: [] })).toEqual([]);
});

test('while Postgres is away a key that was never seen is answered 503, not 401', async () => {
  const { url } = await startApi({ REDIS_URL: redisUrl });
  const response = await post(url, { authorization: 'Bearer al_anything' });
  expect([response.status, await response.json()]).toMatchObject([503, { code: 'keys_unavailable' }]);
  expect(response.headers.get('retry-after')).toBe('5');
});

test('answers carry the headers that keep browsers from guessing, and no name of the server', async () => {
  const { url } = await startApi(SERVERS);
  const response = await fetch(url + METRICS);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  });
  expect(response.headers.has('x-powered-by')).toBe(false);
});
