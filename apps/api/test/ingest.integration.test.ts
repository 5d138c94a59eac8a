import { useDatabase, useRedis } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { IngestAnswer } from '../src/ingest/ingest-schemas.ts';
import { createKey, startApi } from './fixtures/start-api.ts';

const { url: redisUrl, redis } = await useRedis();
const { url: databaseUrl, pool } = await useDatabase();
const SERVERS = { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl };
const key = await createKey(pool, ['ingest']);
const Entry = z.looseObject({ id: z.uuid(), event_type: z.string() });

const EVENT = { event_type: 'api_key_created', event_category: 'info', user_id: 'u1', metadata: { key_name: 'ci' } };

function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  return fetch(`${url}/api/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** Entries in the queue, oldest first. */
async function queued() {
  const lines = await redis.lrange('audit:queue', 0, -1);
  return lines.toReversed().map((line) => Entry.parse(JSON.parse(line)));
}

test('one event is queued and answered 202 with its receipt', async () => {
  const { url } = await startApi(SERVERS);
  const response = await post(url, EVENT);
  expect(response.status).toBe(202);
  const answer = IngestAnswer.parse(await response.json());
  expect(answer).toMatchObject({ accepted: 1, rejected: 0, receipts: [{ status: 'queued' }] });
  expect(await queued()).toMatchObject([
    {
      id: answer.receipts[0]?.status === 'queued' ? answer.receipts[0].id : '',
      event_type: 'api_key_created',
      user_id: 'u1',
    },
  ]);
});

test('an event that names no host is not said to come from this machine', async () => {
  const { url } = await startApi(SERVERS);
  await post(url, EVENT);
  expect((await queued())[0]).not.toHaveProperty('host');
});

test('lines of NDJSON keep their order, and empty lines are passed over', async () => {
  const { url } = await startApi(SERVERS);
  const lines = ['a.one', 'a.two', 'a.three'].map((event_type) => JSON.stringify({ ...EVENT, event_type }));
  const response = await post(url, `${lines[0]}\r\n\n${lines[1]}\n  \n${lines[2]}`, {
    'content-type': 'application/x-ndjson; charset=utf-8',
  });
  expect(response.status).toBe(202);
  expect((await queued()).map((entry) => entry.event_type)).toEqual(['a.one', 'a.two', 'a.three']);
});

test('a line that is not JSON refuses the whole body, naming the byte in it, and nothing is queued', async () => {
  const { url } = await startApi(SERVERS);
  const good = JSON.stringify({ ...EVENT, description: 'é' });
  const response = await post(url, `${good}\n{"a":}`, { 'content-type': 'application/x-ndjson' });
  expect([response.status, await response.json()]).toMatchObject([
    400,
    { code: 'invalid_json', offset: Buffer.byteLength(good) + 1 + 5 },
  ]);
  expect(await queued()).toEqual([]);
});

test('the same request sent again with its Idempotency-Key has the same ids, and so makes no second row', async () => {
  const { url } = await startApi(SERVERS);
  const body = [EVENT, { ...EVENT, event_type: 'api_key_deleted' }];
  const answers = await Promise.all(
    [1, 2].map(async () => IngestAnswer.parse(await (await post(url, body, { 'idempotency-key': 'order-7' })).json())),
  );
  expect(answers[0]).toEqual(answers[1]);
  const ids = (await queued()).map((entry) => entry.id);
  expect(new Set(ids).size).toBe(2);
  const other = await startApi(SERVERS);
  expect(IngestAnswer.parse(await (await post(other.url, body, { 'idempotency-key': 'order-7' })).json())).toEqual(
    answers[0],
  );
});

test('an Idempotency-Key with another body is 422, and a malformed one 400', async () => {
  const { url } = await startApi(SERVERS);
  await post(url, EVENT, { 'idempotency-key': 'k' });
  expect((await post(url, [EVENT], { 'idempotency-key': 'k' })).status).toBe(422);
  expect((await post(url, EVENT, { 'idempotency-key': 'a b' })).status).toBe(400);
});

test('what is remembered for a retry lies beside the keys of the queue and expires', async () => {
  const { url } = await startApi(SERVERS);
  await post(url, EVENT, { 'idempotency-key': 'k' });
  const names = await redis.keys('audit:http:idempotency:*');
  expect(names).toHaveLength(1);
  expect(await redis.ttl(names[0] ?? '')).toBeGreaterThan(86_000);
});

test('without Redis events are spooled, and a request with Idempotency-Key is answered 503', async () => {
  const known = await createKey(pool, ['ingest']);
  const { url } = await startApi({ DATABASE_URL: databaseUrl });
  const response = await post(url, EVENT, { authorization: `Bearer ${known}` });
  expect([response.status, await response.json()]).toMatchObject([202, { receipts: [{ status: 'spooled' }] }]);
  const refused = await post(url, EVENT, { authorization: `Bearer ${known}`, 'idempotency-key': 'k' });
  expect([refused.status, await refused.json(), refused.headers.get('retry-after')]).toMatchObject([
    503,
    { code: 'idempotency_unavailable' },
    '2',
  ]);
});

test('when nothing can be taken the answer is 503 with receipts, so that the caller tries again', async () => {
  const { url } = await startApi({ ...SERVERS, AUDIT_MAX_QUEUE_LENGTH: '1', AUDIT_OVERFLOW: 'drop' });
  expect((await post(url, EVENT)).status).toBe(202);
  const response = await post(url, EVENT);
  expect([response.status, await response.json()]).toMatchObject([
    503,
    { code: 'no_event_taken', receipts: [{ status: 'rejected', reason: 'dropped' }] },
  ]);
});

test('when none is an event the answer is 400 with the issues of each', async () => {
  const { url } = await startApi(SERVERS);
  const response = await post(url, [{ event_type: '' }, 42]);
  const body: unknown = await response.json();
  expect([response.status, body]).toMatchObject([
    400,
    { code: 'no_event_accepted', receipts: [{ reason: 'invalid' }, { reason: 'invalid' }] },
  ]);
  expect(JSON.stringify(body)).toContain('event_type');
});
