import type { Queue } from '@auditlane/queue';
import { useDatabase, useRedis } from '@auditlane/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import { createDeadLetters, moveOverflow, type OperatorEvent } from '../src/index.ts';
import { ANN, buildLetter, buildLetters, KEYS, openDesk, park, takeAll, type Desk } from './support/letters.ts';

const { url, redis } = await useRedis();
const { pool } = await useDatabase();
const move = ({ queue }: Desk, maxLength: number) =>
  moveOverflow({ queue, pool, maxLength, maxBytes: Infinity, now: () => new Date() });
const idsOf = (letters: readonly { readonly id: string }[]) => letters.map(({ id }) => id);

beforeEach(async () => {
  await pool.query('truncate audit_dead_letters, audit_dead_letter_originals');
});

describe('purging', () => {
  test('by id, from both places; a second time there is nothing, and the sums close', async () => {
    const desk = openDesk(url, pool);
    const built = buildLetters(5);
    await park(desk.queue, built);
    await move(desk, 2);
    const ids = [...idsOf(built).slice(0, 4), 'nobody'];
    expect((await desk.letters.purge({ ids }, ANN)).outcomes).toEqual({ purged: 4, absent: 1 });
    expect((await desk.letters.purge({ ids }, ANN)).outcomes).toEqual({ purged: 0, absent: 5 });
    expect(idsOf((await desk.letters.list()).letters)).toEqual([built[4]?.id]);
    const state = await desk.queue.inspect();
    expect(state).toMatchObject({ failed: 1, stats: { dead: 5, dead_purged: 4 }, conservationDifference: 0 });
    expect(await redis.smembers(KEYS.failedIds)).toEqual([built[4]?.id]);
  });

  test('all of them only when there are as many as expected', async () => {
    const desk = openDesk(url, pool);
    await park(desk.queue, buildLetters(250));
    await move(desk, 120);
    const wrong = desk.letters.purge({ all: true, expected: 249 }, ANN);
    await expect(wrong).rejects.toMatchObject({ code: 'count_mismatch', actual: 250 });
    expect(desk.recorded).toEqual([]);
    const expected = await desk.letters.count();
    expect((await desk.letters.purge({ all: true, expected }, ANN)).outcomes).toEqual({ purged: 250, absent: 0 });
    expect(await desk.letters.count()).toBe(0);
  });

  test('a letter that is parked after the count is never among all of them', async () => {
    const desk = openDesk(url, pool);
    const built = buildLetters(3);
    await park(desk.queue, built.slice(0, 2));
    let reads = 0;
    const queue: Queue = {
      ...desk.queue,
      peek: async (options) => {
        const answer = await desk.queue.peek(options);
        // Behind the first look at the whole list.
        if (++reads === 2) await park(desk.queue, built.slice(2));
        return answer;
      },
    };
    const letters = createDeadLetters({ queue, pool, record: () => Promise.resolve(), capacity: 1000 });
    const purge = letters.purge({ all: true, expected: 2 }, ANN);
    await expect(purge).rejects.toMatchObject({ code: 'count_mismatch', actual: 3 });
    expect(idsOf((await desk.letters.list()).letters)).toContain(built[2]?.id);
  });

  test('by reason, lines included that are no letters', async () => {
    const desk = openDesk(url, pool);
    await park(desk.queue, buildLetters(2));
    await redis.lpush(KEYS.failed, 'junk', 'junk', '{"id":"odd"}');
    expect(await desk.letters.count({ reason: 'unreadable' })).toBe(2);
    const { outcomes } = await desk.letters.purge({ reason: 'unreadable', expected: 2 }, ANN);
    expect(outcomes).toEqual({ purged: 2, absent: 0 });
    // Two equal lines are one letter: each purge takes one.
    expect(await desk.letters.count({ reason: 'unreadable' })).toBe(1);
    await desk.letters.purge({ reason: 'unreadable', expected: 1 }, ANN);
    expect(await redis.llen(KEYS.failed)).toBe(2);
  });

  test('four at once count each letter once', async () => {
    const desks = Array.from({ length: 4 }, () => openDesk(url, pool));
    const built = buildLetters(150);
    await park(desks[0]?.queue ?? openDesk(url, pool).queue, built);
    const answers = await Promise.all(desks.map(({ letters }) => letters.purge({ ids: idsOf(built) }, ANN)));
    expect(answers.reduce((sum, { outcomes }) => sum + outcomes.purged, 0)).toBe(150);
  });

  test('rows stay when Redis fails', async () => {
    const desk = openDesk(url, pool);
    const built = buildLetters(3);
    await park(desk.queue, built);
    await move(desk, 1);
    await redis.del(KEYS.failedIds);
    await redis.set(KEYS.failedIds, 'another type');
    await expect(desk.letters.purge({ ids: idsOf(built) }, ANN)).rejects.toMatchObject({ code: 'wrong_type' });
    const rows = await pool.query('select id from audit_dead_letters');
    expect(rows.rowCount).toBe(2);
  });
});

describe('what is recorded', () => {
  const phases = (events: readonly OperatorEvent[]) => events.map(({ metadata }) => metadata['phase']);

  test('who does what to which letter, before and after', async () => {
    const desk = openDesk(url, pool);
    const letter = buildLetter(1);
    await park(desk.queue, [letter]);
    const bob = { id: 'bob', via: 'http', ip: '192.0.2.1', userAgent: 'curl', requestId: 'r1' } as const;
    const { action } = await desk.letters.purge({ ids: [letter.id] }, bob);
    const shared = {
      event_type: 'audit.dead_letters.purged',
      event_category: 'critical',
      user_id: 'bob',
      resource_type: 'dead_letter',
      resource_id: letter.id,
      correlation_id: action,
      ip_address: '192.0.2.1',
      user_agent: 'curl',
      request_id: 'r1',
    };
    const before = [
      { id: letter.id, reason: 'invalid_field', attempts: 1, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ];
    expect(desk.recorded).toMatchObject([
      { ...shared, outcome: 'unknown', metadata: { phase: 'intent', ids: [letter.id], before, after: null } },
      { ...shared, outcome: 'success', metadata: { phase: 'outcome', outcomes: { purged: [letter.id] }, before } },
    ]);
  });

  test('every id of an action, a hundred at a time', async () => {
    const desk = openDesk(url, pool);
    const built = buildLetters(230);
    await park(desk.queue, built);
    const { action } = await desk.letters.redrive({ all: true }, ANN);
    expect(phases(desk.recorded)).toEqual(['intent', 'outcome', 'intent', 'outcome', 'intent', 'outcome']);
    expect(new Set(desk.recorded.map(({ resource_id }) => resource_id))).toEqual(new Set([action]));
    const outcomes = desk.recorded.flatMap(({ metadata }) => metadata['outcomes'] ?? []);
    expect(outcomes).toEqual([
      { redriven: idsOf(built).slice(0, 100) },
      { redriven: idsOf(built).slice(100, 200) },
      { redriven: idsOf(built).slice(200) },
    ]);
  });

  test('what cannot be recorded is not done', async () => {
    const record = () => Promise.reject(new Error('nowhere'));
    const desk = openDesk(url, pool, { record });
    const letter = buildLetter(1);
    await park(desk.queue, [letter]);
    const unrecorded = { code: 'unrecorded', hasActed: false };
    await expect(desk.letters.redrive({ all: true }, ANN)).rejects.toMatchObject(unrecorded);
    await expect(desk.letters.purge({ ids: [letter.id] }, ANN)).rejects.toMatchObject(unrecorded);
    const edit = desk.letters.edit(letter.id, { event_type: 'a.b', event_category: 'info' }, ANN);
    await expect(edit).rejects.toMatchObject(unrecorded);
    expect(await desk.queue.inspect()).toMatchObject({ failed: 1, main: { depth: 0 } });
  });

  test('an outcome that cannot be recorded says that the action was done', async () => {
    let calls = 0;
    const record = () => (++calls === 2 ? Promise.reject(new Error('nowhere')) : Promise.resolve());
    const desk = openDesk(url, pool, { record });
    await park(desk.queue, buildLetters(1));
    const redrive = desk.letters.redrive({ all: true }, ANN);
    await expect(redrive).rejects.toMatchObject({ code: 'unrecorded', hasActed: true });
    expect(await desk.letters.count()).toBe(0);
  });
});

describe('editing', () => {
  test.each([1000, 0])('the new entry is queued, the original is kept (list bound %i)', async (bound) => {
    const desk = openDesk(url, pool);
    const letter = buildLetter(1, { raw: '{"event_type":7,"producer":"p1","n":4}' });
    await park(desk.queue, [letter]);
    await move(desk, bound);
    const after = { event_type: 'a.b', event_category: 'info', metadata: { fixed: true } };
    const answer = await desk.letters.edit(letter.id, after, ANN);
    expect(answer).toMatchObject({ outcome: 'redriven', eventId: letter.id });
    const [entry = ''] = await takeAll(desk.queue);
    expect(JSON.parse(entry)).toMatchObject({ ...after, id: letter.id, producer: 'p1', n: 4 });
    expect(desk.recorded).toMatchObject([
      { event_type: 'audit.dead_letters.edited', outcome: 'unknown', metadata: { before: { event_type: 7 }, after } },
      { event_type: 'audit.dead_letters.edited', outcome: 'success', metadata: { event_id: letter.id } },
    ]);
    expect((await desk.queue.inspect()).conservationDifference).toBe(0);
    // Parked again: what it was before is shown with it.
    await park(desk.queue, [buildLetter(1, { attempts: 2 })]);
    const originals = (await desk.letters.show(letter.id))?.originals;
    expect(originals).toEqual([{ actor: 'ann', at: expect.any(Date), line: letter.line }]);
  });

  test('a letter that was cut can be edited', async () => {
    const desk = openDesk(url, pool);
    const letter = buildLetter(1, { raw: 'x'.repeat(1_100_000), id: null, reason: 'too_large' });
    await park(desk.queue, [letter]);
    const { outcome, eventId } = await desk.letters.edit(letter.id, { event_type: 'a.b', event_category: 'info' }, ANN);
    expect(outcome).toBe('redriven');
    expect(JSON.parse((await takeAll(desk.queue))[0] ?? '')).toMatchObject({ id: eventId });
  });

  test('a full lane keeps the letter, an unknown id and a poison entry are refused and not recorded', async () => {
    const desk = openDesk(url, pool, { capacity: 0 });
    const letter = buildLetter(1);
    await park(desk.queue, [letter]);
    const entry = { event_type: 'a.b', event_category: 'info' };
    await expect(desk.letters.edit('nobody', entry, ANN)).rejects.toMatchObject({ code: 'absent' });
    await expect(desk.letters.edit(letter.id, {}, ANN)).rejects.toMatchObject({ code: 'invalid_entry' });
    expect(desk.recorded).toEqual([]);
    expect(await desk.letters.edit(letter.id, entry, ANN)).toMatchObject({ outcome: 'full' });
    expect(await desk.letters.count()).toBe(1);
  });
});
