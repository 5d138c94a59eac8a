import { useDatabase, useRedis } from '@auditlane/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import { moveOverflow, type DeadLetters } from '../src/index.ts';
import { ANN, buildLetter, buildLetters, KEYS, openDesk, park } from './support/letters.ts';

const { url, redis } = await useRedis();
const { pool } = await useDatabase();
const move = (desk: ReturnType<typeof openDesk>, maxLength: number) =>
  moveOverflow({ queue: desk.queue, pool, maxLength, maxBytes: Infinity, now: () => new Date() });

beforeEach(async () => {
  await pool.query('truncate audit_dead_letters, audit_dead_letter_originals');
});

async function readAll(letters: DeadLetters, limit: number, reason?: string): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await letters.list({ limit, ...(reason && { reason }), ...(cursor && { cursor }) });
    expect(page.letters.length).toBeLessThanOrEqual(limit);
    ids.push(...page.letters.map(({ id }) => id));
    cursor = page.next;
  }
  return ids;
}

describe('listing', () => {
  test('newest first, page by page, through list and table, each letter once', async () => {
    const desk = openDesk(url, pool);
    const built = buildLetters(30);
    await park(desk.queue, built);
    expect(await move(desk, 13)).toEqual({ moved: 17, left: 13 });
    const newestFirst = built.map(({ id }) => id).toReversed();
    for (const limit of [1, 7, 13, 30, 1000])
      expect(await readAll(desk.letters, limit), `${limit}`).toEqual(newestFirst);
    const page = await desk.letters.list({ limit: 1 });
    expect(page).toMatchObject({ inList: 13, inTable: 17, letters: [{ place: 'list', detail: 'fault 29' }] });
    expect(await redis.llen(KEYS.failed)).toBe(13);
  });

  test('nothing at all', async () => {
    const { letters } = openDesk(url, pool);
    expect(await letters.list()).toEqual({ letters: [], next: null, inList: 0, inTable: 0 });
    expect(await letters.count()).toBe(0);
  });

  test('by reason, in both places', async () => {
    const desk = openDesk(url, pool);
    const reasons = ['undecodable', 'missing_id', 'undecodable'] as const;
    const built = Array.from({ length: 12 }, (_, index) =>
      buildLetter(index, { reason: reasons[index % 3] ?? 'undecodable' }),
    );
    await park(desk.queue, built);
    await move(desk, 5);
    const wanted = built.filter((_, index) => index % 3 === 1).map(({ id }) => id);
    expect(await readAll(desk.letters, 2, 'missing_id')).toEqual(wanted.toReversed());
    expect(await desk.letters.count({ reason: 'missing_id' })).toBe(4);
    expect(await readAll(desk.letters, 2, 'too_large')).toEqual([]);
  });

  test('letters that are parked, redriven and moved between two pages shift nothing', async () => {
    const desk = openDesk(url, pool);
    const built = buildLetters(40);
    await park(desk.queue, built);
    const first = await desk.letters.list({ limit: 10 });
    await park(desk.queue, buildLetters(5, 40));
    await desk.letters.redrive({ ids: [built[30]?.id ?? '', built[25]?.id ?? ''] }, ANN);
    await move(desk, 20);
    const second = await desk.letters.list({ limit: 1000, cursor: first.next ?? '' });
    const expected = built.slice(0, 30).filter((_, index) => index !== 25);
    expect(second.letters.map(({ id }) => id)).toEqual(expected.map(({ id }) => id).toReversed());
  });

  test('a page goes on in the table when its last letter has moved there', async () => {
    const desk = openDesk(url, pool);
    const built = buildLetters(20);
    await park(desk.queue, built);
    const first = await desk.letters.list({ limit: 10 });
    await move(desk, 3);
    const second = await desk.letters.list({ limit: 1000, cursor: first.next ?? '' });
    expect(second.letters.map(({ id }) => id)).toEqual(
      built
        .slice(0, 10)
        .map(({ id }) => id)
        .toReversed(),
    );
  });

  test('a letter that a crash left in both places is listed and counted once', async () => {
    const desk = openDesk(url, pool);
    const built = buildLetters(4);
    await park(desk.queue, built);
    const lines = await redis.lrange(KEYS.failed, 0, -1);
    await move(desk, 2);
    await redis.rpush(KEYS.failed, lines[2] ?? '');
    await redis.sadd(KEYS.failedIds, built[1]?.id ?? '');
    expect(await readAll(desk.letters, 1)).toEqual(built.map(({ id }) => id).toReversed());
    expect(await desk.letters.count()).toBe(4);
  });

  test('a cursor works in another process', async () => {
    const desk = openDesk(url, pool);
    await park(desk.queue, buildLetters(4));
    const { next } = await desk.letters.list({ limit: 2 });
    expect((await openDesk(url, pool).letters.list({ cursor: next ?? '' })).letters).toHaveLength(2);
  });
});

describe('showing', () => {
  test('everything about a letter, wherever it is', async () => {
    const desk = openDesk(url, pool);
    const letter = buildLetter(1, { reason: 'rejected_by_postgres', sqlstate: '22P05', attempts: 3 });
    await park(desk.queue, [letter]);
    const expected = {
      id: letter.id,
      reason: 'rejected_by_postgres',
      sqlstate: '22P05',
      detail: 'fault 1',
      attempts: 3,
      firstAt: new Date('2026-11-20T00:00:00.001Z'),
      lastAt: new Date('2026-11-20T00:00:01.000Z'),
      worker: 'w1',
      bytes: letter.raw.length,
      eventType: 'x.y',
      entry: JSON.parse(letter.raw.toString()),
      raw: letter.raw.toString(),
      rawBase64: null,
      isTruncated: false,
      originals: [],
    };
    expect(await desk.letters.show(letter.id)).toEqual({ ...expected, place: 'list' });
    await move(desk, 0);
    expect(await desk.letters.show(letter.id)).toEqual({ ...expected, place: 'table' });
    expect(await desk.letters.show('nobody')).toBeNull();
  });

  test('bytes that are no text come as base64', async () => {
    const desk = openDesk(url, pool);
    const letter = buildLetter(1, { raw: Buffer.from([0xff, 0x00, 0x41]), id: null, reason: 'undecodable' });
    await park(desk.queue, [letter]);
    expect(await desk.letters.show(letter.id)).toMatchObject({ entry: null, raw: null, rawBase64: '/wBB', bytes: 3 });
  });
});

test('10,000 letters: a page costs a few calls of Redis, and all of them are read in a hundred pages', async () => {
  const desk = openDesk(url, pool);
  const built = buildLetters(10_000);
  await park(desk.queue, built);
  const scripts = async () => Number(/cmdstat_evalsha:calls=(\d+)/u.exec(await redis.info('commandstats'))?.[1]);
  const first = await desk.letters.list({ limit: 100 });
  const before = await scripts();
  const deep = await desk.letters.list({ limit: 100, cursor: first.next ?? '' });
  expect((await scripts()) - before, 'one look at the queue, one at the page').toBe(2);
  expect(deep.letters[0]?.id).toBe(built[9899]?.id);
  expect(await readAll(desk.letters, 100)).toEqual(built.map(({ id }) => id).toReversed());
  await move(desk, 4000);
  expect(await readAll(desk.letters, 1000)).toEqual(built.map(({ id }) => id).toReversed());
  expect(await desk.letters.show(built[0]?.id ?? '')).toMatchObject({ place: 'table' });
});

describe('what somebody types for an id', () => {
  test('is the id itself, or the beginning of one in either place, from 8 characters on', async () => {
    const desk = openDesk(url, pool);
    const built = [
      ...buildLetters(3),
      buildLetter(3, { id: null, raw: 'not JSON' }),
      buildLetter(4, { id: 'order-1234' }),
      buildLetter(5, { id: 'order-12345' }),
    ];
    await park(desk.queue, built);
    await move(desk, 2);
    const [first, , , digest] = built.map(({ id }) => id);
    const begun = `${digest?.slice(0, 15) ?? ''}`;
    const typed = [first ?? '', begun, 'order-12', 'order-1234', 'order-1', 'order-99', 'x\0y'];
    expect([...(await desk.letters.resolve(typed)).values()]).toEqual([
      [first],
      [digest],
      ['order-1234', 'order-12345'],
      ['order-1234'],
      [],
      [],
      [],
    ]);
  });
});
