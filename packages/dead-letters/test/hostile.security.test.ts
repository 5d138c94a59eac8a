import type { Queue } from '@auditlane/queue';
import { useDatabase, useRedis } from '@auditlane/testkit';
import { describe, expect, test } from 'vitest';
import { createDeadLetters, DeadLettersError, moveOverflow } from '../src/index.ts';
import { ANN, buildLetter, buildLetters, KEYS, openDesk, park } from './support/letters.ts';

const { url, redis } = await useRedis();
const { pool } = await useDatabase();

const HOSTILE_IDS = [
  '',
  ' ',
  '*',
  '__proto__',
  "'; drop table audit_dead_letters; --",
  '../../etc/passwd',
  '\u0000',
  '\ud800',
  'x'.repeat(5000),
  '<img src=x onerror=alert(1)>',
];

describe('row 42: a cursor that was changed', () => {
  test('is refused, whatever was changed', async () => {
    const { letters, queue } = openDesk(url, pool);
    await park(queue, buildLetters(5));
    const next = (await letters.list({ limit: 2 })).next ?? '';
    const flipped = Array.from({ length: next.length }, (_, at) => {
      const char = next[at] === 'A' ? 'B' : 'A';
      return next.slice(0, at) + char + next.slice(at + 1);
    });
    const [payload = '', mac = ''] = next.split('.');
    const texts = [
      ...flipped,
      '',
      '.',
      payload,
      `.${mac}`,
      `${next}.`,
      `${next}A`,
      'x'.repeat(100_000),
      '\u0000',
      '{}',
    ];
    for (const cursor of texts) {
      const answer = letters.list({ cursor });
      // The last character of base64url has bits that mean nothing: those changes change nothing.
      const outcome = await answer.then(
        ({ letters: [first] }) => first?.id,
        (error: unknown) => (error instanceof DeadLettersError ? error.code : error),
      );
      const isSame = Buffer.from(cursor.split('.')[1] ?? '', 'base64url').equals(Buffer.from(mac, 'base64url'));
      if (!isSame || !cursor.startsWith(`${payload}.`) || cursor.split('.').length !== 2) {
        expect(outcome, cursor.slice(0, 100)).toBe('invalid_cursor');
      }
    }
  });

  test('is refused with another filter, and in another data set', async () => {
    const { letters, queue } = openDesk(url, pool);
    await park(queue, buildLetters(5));
    const next = (await letters.list({ limit: 2 })).next ?? '';
    await expect(letters.list({ cursor: next, reason: 'missing_id' })).rejects.toMatchObject({
      code: 'invalid_cursor',
    });
    await redis.set(KEYS.epoch, 'another');
    await expect(letters.list({ cursor: next })).rejects.toMatchObject({ code: 'invalid_cursor' });
  });
});

describe('row 42: letters that are made to break a page', () => {
  test('an id and a reason as long as there may be make a cursor that is taken', async () => {
    const { letters } = openDesk(url, pool);
    const reason = '\u0001'.repeat(100);
    for (const id of ['a', '\u0001'.repeat(300), '\u{1f600}'.repeat(150)]) {
      const line = buildLetter(1, { id }).line.replace('"invalid_field"', JSON.stringify(reason));
      await redis.lpush(KEYS.failed, line);
    }
    const seen: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await letters.list({ limit: 1, reason, ...(cursor && { cursor }) });
      seen.push(...page.letters.map(({ id }) => id));
      cursor = page.next;
    }
    expect(seen).toEqual(['\u{1f600}'.repeat(150), '\u0001'.repeat(300), 'a']);
  });

  test('a page of letters of a megabyte takes a few megabytes, from list and table', async () => {
    const { letters, queue } = openDesk(url, pool);
    const pad = 'x'.repeat(1_000_000);
    for (let index = 0; index < 60; index += 1) {
      const raw = JSON.stringify({ event_type: pad, event_category: 'info' });
      const line = buildLetter(index, { raw }).line.replace('"w1"', JSON.stringify(pad));
      await redis.lpush(KEYS.failed, line);
    }
    await moveOverflow({ queue, pool, maxLength: 30, maxBytes: Infinity, now: () => new Date() });
    const page = await letters.list({ limit: 1000 });
    expect(page).toMatchObject({ next: null, inList: 30, inTable: 30 });
    expect(page.letters).toHaveLength(60);
    expect(JSON.stringify(page.letters).length).toBeLessThan(60 * 3000);
    await pool.query('truncate audit_dead_letters');
  });

  test.each([1000, 0])(
    'letters of a megabyte are redriven and purged, a few at a time (list bound %i)',
    async (bound) => {
      const { letters, queue } = openDesk(url, pool);
      const calls: number[] = [];
      const remove: Queue['remove'] = (some) => {
        calls.push(some.length);
        return queue.remove(some);
      };
      const record = () => Promise.resolve();
      const purger = createDeadLetters({ queue: { ...queue, remove }, pool, record, capacity: 1 });
      const ids: string[] = [];
      for (let index = 0; index < 12; index += 1) {
        const { id, line } = buildLetter(index, {
          raw: JSON.stringify({ event_type: 'x'.repeat(1_000_000), n: index }),
        });
        ids.push(id);
        await redis.lpush(KEYS.failed, line);
      }
      await moveOverflow({ queue, pool, maxLength: bound, maxBytes: Infinity, now: () => new Date() });
      expect((await letters.redrive({ ids: ids.slice(0, 6) }, ANN)).outcomes.redriven).toBe(6);
      const numbers = (await redis.lrange(KEYS.queue, 0, -1)).map((entry) => Number(Object(JSON.parse(entry))['n']));
      expect(numbers).toEqual([5, 4, 3, 2, 1, 0]);
      expect((await purger.purge({ ids }, ANN)).outcomes).toEqual({ purged: 6, absent: 6 });
      expect(calls).toEqual(bound === 0 ? [] : [4, 2]);
      expect(await letters.count()).toBe(0);
    },
  );

  test('a reason that Postgres cannot take is refused', async () => {
    const { letters } = openDesk(url, pool);
    const refused = { code: 'invalid_selection' };
    await expect(letters.list({ reason: 'a\u0000' })).rejects.toMatchObject(refused);
    await expect(letters.count({ reason: 'a\u0000' })).rejects.toMatchObject(refused);
    await expect(letters.redrive({ reason: 'a\u0000' }, ANN)).rejects.toMatchObject(refused);
    await expect(letters.purge({ reason: 'a\u0000', expected: 0 }, ANN)).rejects.toMatchObject(refused);
  });
});

describe('row 59: ids that are none', () => {
  test.each(HOSTILE_IDS)('%j finds nothing and changes nothing', async (id) => {
    const { letters, queue } = openDesk(url, pool);
    await park(queue, buildLetters(2));
    expect(await letters.show(id)).toBeNull();
    for (const act of [letters.redrive({ ids: [id] }, ANN), letters.purge({ ids: [id] }, ANN)]) {
      const outcome = await act.then(
        ({ outcomes }) => outcomes.absent,
        (error: unknown) => (error instanceof DeadLettersError ? error.code : error),
      );
      expect([1, 'invalid_selection']).toContain(outcome);
    }
    expect(await queue.inspect()).toMatchObject({ failed: 2, main: { depth: 0 }, conservationDifference: 0 });
  });

  test('no ids, too many of them, and page sizes out of range are refused', async () => {
    const { letters } = openDesk(url, pool);
    const many = Array.from({ length: 10_001 }, (_, index) => `d${index}`);
    for (const ids of [[], many]) {
      await expect(letters.redrive({ ids }, ANN)).rejects.toMatchObject({ code: 'invalid_selection' });
      await expect(letters.purge({ ids }, ANN)).rejects.toMatchObject({ code: 'invalid_selection' });
    }
    for (const limit of [0, -1, 1001, 1.5, Number.NaN]) {
      await expect(letters.list({ limit })).rejects.toMatchObject({ code: 'invalid_selection' });
    }
  });
});

describe('row 89: lines that somebody else pushed', () => {
  const LINES = [
    Buffer.alloc(0),
    Buffer.from('junk'),
    Buffer.from([0xff, 0xfe, 0x00]),
    Buffer.from('null'),
    Buffer.from('[]'),
    Buffer.from('{"id":7}'),
    Buffer.from('{"id":"a","reason":"x","attempts":-1}'),
    Buffer.from(`{"id":"${'y'.repeat(1000)}"}`),
    Buffer.from('{"__proto__":{"id":"p"}}'),
    // What Postgres takes for no text, in the columns of the table, and two ids that it would take for one.
    Buffer.from('{"id":"a\\u0000b"}'),
    Buffer.from('{"id":"\\ud800"}'),
    Buffer.from('{"id":"\\udc00"}'),
    Buffer.from(buildLetter(1, { id: 'a\u0000b' }).line),
    Buffer.from(buildLetter(2).line.replace('"invalid_field"', '"x\\u0000"')),
  ];

  test('are listed, shown, moved and purged like letters, and none is lost on the way', async () => {
    const { letters, queue } = openDesk(url, pool);
    for (const line of LINES) await redis.lpush(KEYS.failed, line);
    const move = (maxLength: number) =>
      moveOverflow({ queue, pool, maxLength, maxBytes: Infinity, now: () => new Date() });
    for (const bound of [100, 4, 0]) {
      await move(bound);
      const page = await letters.list();
      expect(page.letters.map(({ reason }) => reason)).toEqual(LINES.map(() => 'unreadable'));
      for (const { id } of page.letters) expect(await letters.show(id)).toMatchObject({ id, reason: 'unreadable' });
    }
    const stored = await pool.query('select line from audit_dead_letters');
    const found = stored.rows.map((row) => Buffer.from(row['line']).toString('hex'));
    expect(found.toSorted()).toEqual(LINES.map((line) => line.toString('hex')).toSorted());
    await letters.purge({ reason: 'unreadable', expected: LINES.length }, ANN);
    expect(await letters.count()).toBe(0);
  });

  test('do not keep a real letter from being redriven with all others', async () => {
    const { letters, queue } = openDesk(url, pool);
    for (const line of LINES) await redis.lpush(KEYS.failed, line);
    await park(queue, buildLetters(1, 50));
    const { outcomes } = await letters.redrive({ all: true }, ANN);
    expect(outcomes).toMatchObject({ redriven: 1, unreadable: LINES.length });
  });

  test('are purged from the list, too', async () => {
    const { letters } = openDesk(url, pool);
    for (const line of LINES) await redis.lpush(KEYS.failed, line);
    const { outcomes } = await letters.purge({ all: true, expected: LINES.length }, ANN);
    expect(outcomes).toMatchObject({ purged: LINES.length });
  });
});
