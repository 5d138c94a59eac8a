import { decodeEntry } from '@auditlane/schema';
import { findDeadLetters } from '@auditlane/store';
import { useDatabase, useRedis } from '@auditlane/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import { moveOverflow } from '../src/index.ts';
import { ANN, buildLetter, buildLetters, KEYS, openDesk, park, takeAll, type Desk } from './support/letters.ts';

const { url, redis } = await useRedis();
const { pool } = await useDatabase();
const NOTHING = { redriven: 0, absent: 0, full: 0, truncated: 0, unreadable: 0 };
const move = ({ queue }: Desk, maxLength: number) =>
  moveOverflow({ queue, pool, maxLength, maxBytes: Infinity, now: () => new Date() });

beforeEach(async () => {
  await pool.query('truncate audit_dead_letters, audit_dead_letter_originals');
});

describe.each([
  ['list', 1000],
  ['table', 0],
  ['list and table', 2],
])('redriving from %s', (_name, maxLength) => {
  test('all of them, oldest first; the sums close, and a second time finds none', async () => {
    const desk = openDesk(url, pool);
    const built = buildLetters(5);
    await park(desk.queue, built);
    await move(desk, maxLength);
    expect((await desk.queue.inspect()).conservationDifference).toBe(0);
    const answer = await desk.letters.redrive({ all: true }, ANN);
    expect(answer).toMatchObject({ selected: 5, outcomes: { ...NOTHING, redriven: 5 } });
    expect(await desk.queue.inspect()).toMatchObject({
      failed: 0,
      main: { depth: 5 },
      stats: { dead: 5, redriven: 5 },
      conservationDifference: 0,
    });
    expect(await takeAll(desk.queue)).toEqual(built.map(({ raw }) => raw));
    expect(await desk.letters.redrive({ ids: built.map(({ id }) => id) }, ANN)).toMatchObject({
      outcomes: { ...NOTHING, absent: 5 },
    });
    expect(await desk.letters.redrive({ all: true }, ANN)).toMatchObject({ selected: 0, outcomes: NOTHING });
    expect(await desk.letters.count()).toBe(0);
    expect((await desk.queue.inspect()).conservationDifference).toBe(0);
  });

  test('some, by id; ids that nobody knows are counted as absent', async () => {
    const desk = openDesk(url, pool);
    const built = buildLetters(4);
    await park(desk.queue, built);
    await move(desk, maxLength);
    const ids = [built[3]?.id ?? '', 'nobody', built[1]?.id ?? '', built[1]?.id ?? ''];
    const answer = await desk.letters.redrive({ ids }, ANN);
    expect(answer).toMatchObject({ selected: 3, outcomes: { ...NOTHING, redriven: 2, absent: 1 } });
    expect((await takeAll(desk.queue)).toSorted()).toEqual([built[1]?.raw, built[3]?.raw].toSorted());
    expect(await desk.letters.count()).toBe(2);
  });

  test('a lane that is full keeps the rest where it is', async () => {
    const desk = openDesk(url, pool, { capacity: 3 });
    const built = buildLetters(250);
    await park(desk.queue, built);
    await move(desk, maxLength);
    const answer = await desk.letters.redrive({ all: true }, ANN);
    expect(answer).toMatchObject({ selected: 250, outcomes: { ...NOTHING, redriven: 3, full: 247 } });
    expect(await desk.letters.count()).toBe(247);
    expect(await takeAll(desk.queue)).toEqual(built.slice(0, 3).map(({ raw }) => raw));
    expect((await desk.queue.inspect()).conservationDifference).toBe(0);
  });

  test('the same by four operators at once pushes each entry once', async () => {
    const desks = Array.from({ length: 4 }, () => openDesk(url, pool));
    const built = buildLetters(120);
    await park((desks[0] ?? openDesk(url, pool)).queue, built);
    await move(desks[0] ?? openDesk(url, pool), maxLength);
    const answers = await Promise.all(desks.map(({ letters }) => letters.redrive({ all: true }, ANN)));
    expect(answers.reduce((sum, { outcomes }) => sum + outcomes.redriven, 0)).toBe(120);
    const [desk] = desks;
    expect(await desk?.queue.inspect()).toMatchObject({ main: { depth: 120 }, conservationDifference: 0 });
    expect(await desk?.letters.count()).toBe(0);
  });
});

describe('what is redriven', () => {
  test('those of one reason', async () => {
    const desk = openDesk(url, pool);
    const built = [0, 1, 2, 3].map((index) => buildLetter(index, { reason: index % 2 ? 'undecodable' : 'missing_id' }));
    await park(desk.queue, built);
    await move(desk, 2);
    expect((await desk.letters.redrive({ reason: 'undecodable' }, ANN)).outcomes.redriven).toBe(2);
    expect(await takeAll(desk.queue)).toEqual([built[1]?.raw, built[3]?.raw]);
  });

  test.each([1000, 0])(
    'an entry without an id gets one (list bound %i), and its redrives are counted under it',
    async (bound) => {
      const desk = openDesk(url, pool);
      const letter = buildLetter(1, {
        raw: '{"event_type":"a.b","event_category":"info"}',
        id: null,
        reason: 'missing_id',
      });
      await park(desk.queue, [letter]);
      await move(desk, bound);
      await desk.letters.redrive({ ids: [letter.id] }, ANN);
      const [entry = ''] = await takeAll(desk.queue);
      const decoded = decodeEntry(entry);
      if (decoded.kind !== 'event') throw new Error(decoded.kind);
      expect((await desk.queue.redrives([decoded.row.id])).get(decoded.row.id)?.times).toBe(1);
    },
  );

  test('what was cut, and what is no letter, stays', async () => {
    const desk = openDesk(url, pool);
    const cut = buildLetter(1, { raw: 'x'.repeat(1_100_000), id: null, reason: 'too_large' });
    await park(desk.queue, [cut]);
    await redis.lpush(KEYS.failed, '<img onerror>');
    for (const bound of [1000, 0]) {
      await move(desk, bound);
      const { outcomes } = await desk.letters.redrive({ all: true }, ANN);
      expect(outcomes).toEqual({ ...NOTHING, truncated: 1, unreadable: 1 });
      expect(await desk.letters.count()).toBe(2);
    }
  });

  test('an event that is poison again comes back once, and can be redriven again', async () => {
    const desk = openDesk(url, pool);
    const letter = buildLetter(1);
    for (const round of [1, 2, 3]) {
      if (round === 1) await park(desk.queue, [letter]);
      await move(desk, round === 2 ? 0 : 10);
      expect((await desk.letters.redrive({ ids: [letter.id] }, ANN)).outcomes.redriven).toBe(1);
      const claim = await desk.queue.claim({
        batchId: `r${round}`,
        limit: 9,
        maxBytes: 9999,
        leaseMs: 9999,
        worker: 'w',
        prefer: 'main',
      });
      if (claim === null) throw new Error('nothing to claim');
      await desk.queue.finish({
        batchId: `r${round}`,
        epoch: claim.epoch,
        stored: 0,
        duplicates: 0,
        deadLetters: [buildLetter(1, { attempts: round + 1 })],
        held: [],
      });
      expect((await desk.queue.redrives([letter.id])).get(letter.id)?.times).toBe(round);
      expect(await desk.letters.count()).toBe(1);
    }
    expect((await desk.queue.inspect()).conservationDifference).toBe(0);
  });

  test('10,000 letters are redriven in one action', async () => {
    const desk = openDesk(url, pool);
    const built = buildLetters(10_000);
    await park(desk.queue, built);
    await move(desk, 7000);
    const answer = await desk.letters.redrive({ all: true }, ANN);
    expect(answer.outcomes).toEqual({ ...NOTHING, redriven: 10_000 });
    expect(await desk.queue.inspect()).toMatchObject({ failed: 0, main: { depth: 10_000 }, conservationDifference: 0 });
    expect(desk.recorded).toHaveLength(200);
  });
});

describe('a redrive that is cut short', () => {
  test('Redis away after the intent: nothing is lost, the table keeps its letters, the outcome says failure', async () => {
    const desk = openDesk(url, pool);
    const built = buildLetters(3);
    await park(desk.queue, built);
    await move(desk, 1);
    await redis.set('elsewhere', 'x');
    await redis.rename(KEYS.queue, 'none').catch(() => undefined);
    await redis.set(KEYS.queue, 'another type');
    await expect(desk.letters.redrive({ all: true }, ANN)).rejects.toMatchObject({ code: 'wrong_type' });
    await redis.del(KEYS.queue);
    expect(await desk.letters.count()).toBe(3);
    expect(desk.recorded.map(({ outcome }) => outcome)).toEqual(['unknown', 'failure']);
    expect((await desk.letters.redrive({ all: true }, ANN)).outcomes.redriven).toBe(3);
  });

  test('a crash between push and delete: redriving again pushes nothing, and deletes the row', async () => {
    const desk = openDesk(url, pool);
    const letter = buildLetter(1, {
      raw: '{"event_type":"a.b","event_category":"info"}',
      id: null,
      reason: 'missing_id',
    });
    await park(desk.queue, [letter]);
    await move(desk, 0);
    const [row] = await findDeadLetters(pool, [letter.id]);
    await desk.letters.redrive({ ids: [letter.id] }, ANN);
    expect(await takeAll(desk.queue)).toHaveLength(1);
    // As if the transaction had not been committed.
    await pool.query(
      `insert into audit_dead_letters (id, line, reason, last_at, redriven_at) values ($1, $2, 'missing_id', now(), now())`,
      [letter.id, row?.line],
    );
    const { outcomes } = await desk.letters.redrive({ ids: [letter.id] }, ANN);
    expect(outcomes).toEqual({ ...NOTHING, absent: 1 });
    expect(await takeAll(desk.queue)).toEqual([]);
    expect(await desk.letters.count()).toBe(0);
  });
});
