import { toQueueKeys } from '@auditlane/queue';
import { useDatabase, useRedis } from '@auditlane/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import { ListAnswer } from '../src/failed/failed-schemas.ts';
import { createKey, startApi } from './fixtures/start-api.ts';

const { url: redisUrl, redis } = await useRedis();
const { url: databaseUrl, pool } = await useDatabase();
const SERVERS = { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl };
const KEYS = toQueueKeys('audit:queue');
const key = await createKey(pool, ['operate']);
const WITH_KEY = { authorization: `Bearer ${key}` };

const LETTER = JSON.stringify({
  id: 'd1',
  reason: 'undecodable',
  detail: '<img src=x onerror=alert(1)>',
  sqlstate: null,
  attempts: 1,
  first_at: '2026-11-20T00:00:00.000Z',
  last_at: '2026-11-20T00:00:00.000Z',
  worker: 'w',
  raw: 'hello',
});

beforeEach(async () => {
  await redis.lpush(KEYS.failed, LETTER);
  await redis.sadd(KEYS.failedIds, 'd1');
});

const post = (url: string, body: string, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body, headers: { ...WITH_KEY, 'content-type': 'application/json', ...headers } });

async function codeOf(response: Response): Promise<unknown> {
  const body: unknown = await response.json();
  return typeof body === 'object' && body !== null && 'code' in body ? body.code : null;
}

const PATHS = [
  ['GET', ''],
  ['GET', '/d1'],
  ['POST', '/redrive'],
  ['POST', '/purge'],
  ['POST', '/d1'],
  ['POST', '/d1/redrive'],
] as const;

describe('row 59: who may', () => {
  test.each(PATHS)('%s %s needs the scope operate', async (method, path) => {
    const { url } = await startApi(SERVERS);
    const others = await createKey(pool, ['ingest', 'read', 'respond', 'monitor']);
    const target = `${url}/api/v1/failed${path}`;
    const status = async (headers: Record<string, string>) => (await fetch(target, { method, headers })).status;
    expect(await status({})).toBe(401);
    expect(await status({ authorization: 'Bearer al_wrong' })).toBe(401);
    expect(await status({ authorization: `Bearer ${others}` })).toBe(403);
    expect(await redis.llen(KEYS.failed)).toBe(1);
  });

  test('another site cannot make a browser of this machine act', async () => {
    const { url } = await startApi({ ...SERVERS, AUDIT_LOOPBACK_SCOPES: 'operate' });
    const headers = { origin: 'https://evil.example', 'content-type': 'application/json' };
    const body = JSON.stringify({ all: true, expected: 1 });
    expect((await fetch(`${url}/api/v1/failed/purge`, { method: 'POST', headers, body })).status).toBe(401);
    expect(await redis.llen(KEYS.failed)).toBe(1);
  });
});

describe('row 42: parameters and cursors', () => {
  test.each([
    ['limit=0', 'invalid_parameter'],
    ['limit=1001', 'invalid_parameter'],
    ['limit=1e2', 'invalid_parameter'],
    ['limit=', 'invalid_parameter'],
    ['limit=1&limit=2', 'invalid_parameter'],
    ['order=asc', 'invalid_parameter'],
    ['reason=', 'invalid_parameter'],
    ['__proto__=1', 'invalid_parameter'],
    ['cursor=x', 'invalid_cursor'],
    ['cursor=%00', 'invalid_cursor'],
    ['cursor=eyJpZCI6ImEifQ.AAAAAAAAAAAAAAAAAAAAAA', 'invalid_cursor'],
    [`cursor=${'x'.repeat(4001)}`, 'invalid_parameter'],
    ['reason=a%00b', 'invalid_parameter'],
  ])('%s is refused with 400', async (query, code) => {
    const { url } = await startApi(SERVERS);
    const response = await fetch(`${url}/api/v1/failed?${query}`, { headers: WITH_KEY });
    expect([response.status, await codeOf(response)]).toEqual([400, code]);
  });

  test('a cursor of another filter, and one that was changed, are refused', async () => {
    await redis.lpush(KEYS.failed, LETTER.replace('d1', 'd2'));
    const { url } = await startApi(SERVERS);
    const first = await fetch(`${url}/api/v1/failed?limit=1`, { headers: WITH_KEY });
    const next = ListAnswer.parse(await first.json()).next ?? '';
    for (const query of [`cursor=${next}&reason=missing_id`, `cursor=A${next.slice(1)}`]) {
      const response = await fetch(`${url}/api/v1/failed?${query}`, { headers: WITH_KEY });
      expect([response.status, await codeOf(response)]).toEqual([400, 'invalid_cursor']);
    }
  });
});

describe('row 59: bodies that are none', () => {
  const BODIES = ['', '{', '[]', 'null', '7', '{}', '{"all":false}', '{"all":true,"ids":["a"]}', '{"ids":[]}'];
  const MORE = [
    String.raw`{"reason":"\u0000"}`,
    String.raw`{"ids":["\u0000"]}`,
    '{"ids":[""]}',
    '{"ids":[7]}',
    '{"ids":"a"}',
    `{"ids":["${'x'.repeat(301)}"]}`,
    '{"reason":""}',
  ];
  test.each([...BODIES, ...MORE])('%s is refused with 400, and nothing happens', async (body) => {
    const { url } = await startApi(SERVERS);
    for (const path of ['redrive', 'purge']) {
      const response = await post(`${url}/api/v1/failed/${path}`, body);
      expect(response.status).toBe(400);
      expect(['invalid_json', 'invalid_body']).toContain(await codeOf(response));
    }
    expect(await redis.llen(KEYS.failed)).toBe(1);
    expect(await redis.llen(KEYS.queue)).toBe(0);
  });

  test.each([
    ['GET', '?limit=0', '', '`limit` is a whole number from 1 to 1000.'],
    ['GET', '?limit=x', '', '`limit` is a whole number from 1 to 1000.'],
    ['GET', '?cursor=', '', '`cursor` is the `next` of the page before.'],
    ['GET', '?reason=', '', '`reason` is a text of 1 to 100 characters.'],
    ['GET', '?order=a', '', 'Only `limit`, `cursor` and `reason` are taken.'],
    ['POST', '/redrive', '{}', /^The body has one of `ids` .*`reason` .*`all` \(true\), and nothing else\.$/u],
    ['POST', '/redrive', '{"all":true,"reason":"x"}', /^The body has one of `ids` /u],
    ['POST', '/redrive', '7', /^The body has one of `ids` /u],
    ['POST', '/redrive', '{"ids":[]}', /^`ids` is a list of 1 to 10000 ids/u],
    [
      'POST',
      '/purge',
      '{"all":true}',
      /^The body has `ids` .*`expected` .*`reason` .*`all` \(true\), and nothing else\.$/u,
    ],
    ['POST', '/purge', '{"reason":"x"}', /^The body has `ids` .*`expected`/u],
    ['POST', '/purge', '{"all":true,"expected":-1}', '`expected` is the number of letters there are, 0 or more.'],
    ['POST', '/purge', '{"all":true,"expected":"1"}', /`expected`/u],
    ['POST', '/d1', '{}', /^The body has `entry`/u],
    ['POST', '/d1', '{"entry":[]}', /^The body has `entry`/u],
  ])('%s %s with %s says in one sentence what is taken', async (method, path, body, detail) => {
    const { url } = await startApi(SERVERS);
    const target = `${url}/api/v1/failed${path}`;
    const response = method === 'GET' ? await fetch(target, { headers: WITH_KEY }) : await post(target, body);
    const expected: unknown = typeof detail === 'string' ? detail : expect.stringMatching(detail);
    expect(await response.json()).toMatchObject({ status: 400, detail: expected });
  });

  test('a purge without the number, a wrong type, compression and size are refused', async () => {
    const { url } = await startApi(SERVERS);
    const purge = `${url}/api/v1/failed/purge`;
    expect((await post(purge, '{"all":true}')).status).toBe(400);
    expect((await post(purge, '{"all":true,"expected":-1}')).status).toBe(400);
    expect((await post(purge, '{"all":true,"expected":"1"}')).status).toBe(400);
    expect((await post(purge, 'all=true', { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415);
    expect((await post(purge, '{}', { 'content-encoding': 'gzip' })).status).toBe(415);
    expect((await post(purge, `{"ids":["${'x'.repeat(2_100_000)}"]}`)).status).toBe(413);
    expect(await redis.llen(KEYS.failed)).toBe(1);
  });

  test('an entry that a worker would refuse is refused here, and so is the id of another event', async () => {
    const { url } = await startApi(SERVERS);
    const entry = { event_type: 'a.b', event_category: 'info' };
    const hostile = [{}, { ...entry, metadata: 7 }, { ...entry, v: 2 }, { ...entry, event_type: '' }];
    for (const each of [...hostile, { ...entry, id: '019a0000-0000-7000-8000-000000000000' }]) {
      const response = await post(`${url}/api/v1/failed/d1`, JSON.stringify({ entry: each }));
      expect([response.status, await codeOf(response)], JSON.stringify(each)).toEqual([422, 'invalid_entry']);
    }
    for (const body of ['{"entry":[]}', '{"entry":null}', '{}', '{"entry":{},"id":"x"}']) {
      expect((await post(`${url}/api/v1/failed/d1`, body)).status).toBe(400);
    }
    expect(await redis.llen(KEYS.failed)).toBe(1);
  });
});

describe('ids in the path', () => {
  test.each(['nobody', '%00', '..%2f..%2fetc', '%F0%9F%98%80', `${'x'.repeat(301)}`, '__proto__', 'redrive'])(
    '%s is not found',
    async (id) => {
      const { url } = await startApi(SERVERS);
      const shown = await fetch(`${url}/api/v1/failed/${id}`, { headers: WITH_KEY });
      expect([shown.status, await codeOf(shown)]).toEqual([404, 'letter_not_found']);
    },
  );

  test('one that cannot be decoded is refused', async () => {
    const { url } = await startApi(SERVERS);
    expect((await fetch(`${url}/api/v1/failed/%ff`, { headers: WITH_KEY })).status).toBe(400);
  });
});

test('row 93: what a letter holds is data, and no browser runs it', async () => {
  const { url } = await startApi(SERVERS);
  const response = await fetch(`${url}/api/v1/failed/d1`, { headers: WITH_KEY });
  expect(response.headers.get('content-type')).toMatch(/^application\/json/u);
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
});
