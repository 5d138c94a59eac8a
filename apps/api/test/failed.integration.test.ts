import { toQueueKeys } from '@auditlane/queue';
import { encodeDeadLetter, toDeadLetter } from '@auditlane/schema';
import { useDatabase, useRedis, uuidAt } from '@auditlane/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import { EditAnswer, LetterAnswer, ListAnswer, PurgeAnswer, RedriveAnswer } from '../src/failed/failed-schemas.ts';
import { createKey, NOWHERE, startApi } from './fixtures/start-api.ts';

const { url: redisUrl, redis } = await useRedis();
const { url: databaseUrl, pool } = await useDatabase();
const SERVERS = { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl };
const KEYS = toQueueKeys('audit:queue');
const key = await createKey(pool, ['operate']);

beforeEach(async () => {
  await pool.query('truncate audit_dead_letters, audit_dead_letter_originals');
});

interface Parked {
  readonly id: string;
  readonly raw: string;
}

async function park(count: number): Promise<readonly Parked[]> {
  const parked = Array.from({ length: count }, (_, index) => {
    const id = uuidAt(1_790_000_000_000 + index);
    const at = new Date(1_790_000_000_000 + index);
    const raw = JSON.stringify({ v: 1, id, event_type: 7, event_category: 'info' });
    const facts = { reason: 'invalid_field', detail: 'event_type', attempts: 1, worker: 'w' } as const;
    return { id, raw, line: encodeDeadLetter(toDeadLetter({ raw, id, ...facts, firstAt: at, lastAt: at })) };
  });
  await redis.lpush(KEYS.failed, ...parked.map(({ line }) => line));
  await redis.sadd(KEYS.failedIds, ...parked.map(({ id }) => id));
  return parked;
}

const WITH_KEY = { authorization: `Bearer ${key}` };

async function call(url: string, path: string, body?: unknown, access: Record<string, string> = WITH_KEY) {
  const method = body === undefined ? 'GET' : 'POST';
  const response = await fetch(`${url}/api/v1/failed${path}`, {
    method,
    headers: { ...access, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, json: (await response.json()) as unknown };
}

async function operatorEvents() {
  const answer = await pool.query(
    `select event_type, user_id, resource_id, outcome, metadata from audit_logs
     where event_type like 'audit.dead_letters.%' order by id`,
  );
  return answer.rows;
}

test('letters are listed by page and shown', async () => {
  const { url } = await startApi(SERVERS);
  const parked = await park(5);
  const first = ListAnswer.parse((await call(url, '?limit=3')).json);
  expect(first.letters.map(({ id }) => id)).toEqual(
    parked
      .slice(2)
      .map(({ id }) => id)
      .toReversed(),
  );
  expect(first).toMatchObject({ in_list: 5, in_table: 0 });
  const query = new URLSearchParams({ cursor: first.next ?? '', limit: '3' });
  const second = ListAnswer.parse((await call(url, `?${query.toString()}`)).json);
  expect(second.letters.map(({ id }) => id)).toEqual(
    parked
      .slice(0, 2)
      .map(({ id }) => id)
      .toReversed(),
  );
  expect(second.next).toBeNull();
  const shown = LetterAnswer.parse((await call(url, `/${parked[0]?.id}`)).json);
  expect(shown).toMatchObject({ raw: parked[0]?.raw, entry: { event_type: 7 }, place: 'list', originals: [] });
});

test('row 59: redriving twice and at once pushes each entry once, and every action is an event', async () => {
  const { url } = await startApi(SERVERS);
  const parked = await park(120);
  const ids = [...parked.map(({ id }) => id), 'nobody'];
  const answers = await Promise.all([1, 2, 3].map(() => call(url, '/redrive', { ids })));
  const outcomes = answers.map(({ status, json }) => {
    expect(status).toBe(200);
    return RedriveAnswer.parse(json).outcomes;
  });
  expect(outcomes.map(({ redriven }) => redriven).toSorted((a, b) => a - b)).toEqual([0, 0, 120]);
  expect(outcomes.map(({ absent }) => absent).toSorted((a, b) => a - b)).toEqual([1, 121, 121]);
  expect(await redis.llen(KEYS.queue)).toBe(120);
  expect(RedriveAnswer.parse((await call(url, '/redrive', { ids })).json).outcomes).toMatchObject({ absent: 121 });
  const events = await operatorEvents();
  expect(events).toHaveLength(4 * 2 * 2);
  expect(events.map((event) => event['user_id'])).toEqual(events.map(() => 'test'));
});

test('one letter is redriven by its path', async () => {
  const { url } = await startApi(SERVERS);
  const [letter] = await park(2);
  const answer = RedriveAnswer.parse((await call(url, `/${letter?.id}/redrive`, '')).json);
  expect(answer.outcomes.redriven).toBe(1);
  expect(await redis.lrange(KEYS.queue, 0, -1)).toEqual([letter?.raw]);
  const history = (await operatorEvents()).filter((event) => event['resource_id'] === letter?.id);
  expect(history).toMatchObject([{ outcome: 'unknown' }, { outcome: 'success' }]);
});

test('an edit queues the new entry, keeps the original, and its event has both', async () => {
  const { url } = await startApi(SERVERS);
  const [letter] = await park(1);
  const entry = { event_type: 'a.b', event_category: 'info', user_id: 'u' };
  const { status, json } = await call(url, `/${letter?.id}`, { entry });
  expect(status).toBe(200);
  expect(EditAnswer.parse(json)).toMatchObject({ outcome: 'redriven', event_id: letter?.id });
  expect(JSON.parse((await redis.lindex(KEYS.queue, 0)) ?? '')).toMatchObject({ ...entry, id: letter?.id });
  const kept = await pool.query('select edited_by from audit_dead_letter_originals where id = $1', [letter?.id]);
  expect(kept.rows).toEqual([{ edited_by: 'test' }]);
  const events = (await operatorEvents()).filter((event) => event['resource_id'] === letter?.id);
  expect(events).toMatchObject([
    { event_type: 'audit.dead_letters.edited', metadata: { phase: 'intent', before: { event_type: 7 }, after: entry } },
    { event_type: 'audit.dead_letters.edited', metadata: { phase: 'outcome' } },
  ]);
});

test('a purge of all needs the number that there are', async () => {
  const { url } = await startApi(SERVERS);
  await park(3);
  const wrong = await call(url, '/purge', { all: true, expected: 4 });
  expect(wrong).toMatchObject({ status: 409, json: { code: 'count_mismatch', actual: 3 } });
  const right = await call(url, '/purge', { all: true, expected: 3 });
  expect(PurgeAnswer.parse(right.json).outcomes).toEqual({ purged: 3, absent: 0 });
  expect(await redis.llen(KEYS.failed)).toBe(0);
});

test('the events of a purge are whole: nothing of what they keep was cut', async () => {
  const { url } = await startApi(SERVERS);
  const parked = await park(250);
  await call(url, '/purge', { ids: parked.map(({ id }) => id) });
  const answer = await pool.query(
    `select flags, metadata from audit_logs where event_type = 'audit.dead_letters.purged' order by id desc limit 6`,
  );
  expect(answer.rows.map((row) => row['flags'])).toEqual([0, 0, 0, 0, 0, 0]);
  const before = answer.rows
    .filter((row) => row['metadata'].phase === 'intent')
    .flatMap((row) => row['metadata'].before);
  expect(before.map((letter) => letter.id).toSorted()).toEqual(parked.map(({ id }) => id).toSorted());
});

test('10,000 letters: every page answers, and all are redriven by one request', async () => {
  const { url } = await startApi({ ...SERVERS, AUDIT_MAX_QUEUE_LENGTH: '10000' });
  const parked = await park(10_000);
  const ids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query = new URLSearchParams({ limit: '1000', ...(cursor === '' ? {} : { cursor }) });
    const page = ListAnswer.parse((await call(url, `?${query.toString()}`)).json);
    ids.push(...page.letters.map(({ id }) => id));
    cursor = page.next;
  }
  expect(ids).toEqual(parked.map(({ id }) => id).toReversed());
  const answer = RedriveAnswer.parse((await call(url, '/redrive', { all: true })).json);
  expect(answer).toMatchObject({ selected: 10_000, outcomes: { redriven: 10_000 } });
}, 120_000);

describe('what is away', () => {
  test.each([
    ['Redis', { ...SERVERS, REDIS_URL: `redis://${NOWHERE}` }],
    ['Postgres', { ...SERVERS, DATABASE_URL: `postgres://${NOWHERE}/none`, AUDIT_LOOPBACK_SCOPES: 'operate' }],
  ])('%s: 503, and nothing happens', async (_name, env) => {
    const { url } = await startApi(env);
    const [letter] = await park(1);
    const access = 'AUDIT_LOOPBACK_SCOPES' in env ? {} : WITH_KEY;
    const request = (path: string, body?: unknown) => call(url, path, body, access);
    for (const { status, json } of [
      await request(''),
      await request(`/${letter?.id}/redrive`, ''),
      await request('/purge', { ids: [letter?.id] }),
    ]) {
      expect([status, json]).toMatchObject([503, { code: 'servers_away' }]);
    }
    expect(await redis.llen(KEYS.failed)).toBe(1);
  });
});
