import { QueueError, type Queue } from '@auditlane/queue';
import { listDeadLetterOriginals } from '@auditlane/store';
import { useDatabase, useRedis } from '@auditlane/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import { createDeadLetters, moveOverflow, type Actor, type DeadLetters } from '../src/index.ts';
import { ANN, buildLetter, openDesk, park, takeAll, type Desk } from './support/letters.ts';

const { url } = await useRedis();
const { pool } = await useDatabase();
const BOB: Actor = { id: 'bob', via: 'http' };
const BY_ANN = { event_type: 'by.ann', event_category: 'info' };
const BY_BOB = { event_type: 'by.bob', event_category: 'info' };

const move = ({ queue }: Desk, maxLength: number) =>
  moveOverflow({ queue, pool, maxLength, maxBytes: Infinity, now: () => new Date() });
const editors = async (id: string): Promise<readonly string[]> =>
  (await listDeadLetterOriginals(pool, id)).map(({ editedBy }) => editedBy);
const typesOf = (entries: readonly string[]): readonly unknown[] =>
  entries.map((entry) => Object(JSON.parse(entry))['event_type']);

/** The same letters for somebody whose connection breaks with the first redrive: before Redis has done it, or after. */
function withLostAnswer({ queue }: Desk, isDone: boolean): DeadLetters {
  let isLost = false;
  const redrive: Queue['redrive'] = async (options) => {
    if (isLost) return queue.redrive(options);
    isLost = true;
    if (isDone) await queue.redrive(options);
    throw new QueueError('timeout', 'no answer');
  };
  return createDeadLetters({ queue: { ...queue, redrive }, pool, record: () => Promise.resolve(), capacity: 1000 });
}

beforeEach(async () => {
  await pool.query('truncate audit_dead_letters, audit_dead_letter_originals');
});

describe.each([
  ['list', 1000],
  ['table', 0],
])('an edit of a letter of the %s', (place, bound) => {
  test('whose answer was lost goes out once, and whoever edits it again learns whose it was', async () => {
    const desk = openDesk(url, pool);
    const letter = buildLetter(1);
    await park(desk.queue, [letter]);
    await move(desk, bound);
    const lost = withLostAnswer(desk, true).edit(letter.id, BY_ANN, ANN);
    await expect(lost).rejects.toMatchObject({ code: 'timeout' });
    if (place === 'table') {
      // Its row is still there, but Redis knows what it has pushed.
      expect((await desk.letters.show(letter.id))?.originals).toEqual([]);
      expect(await desk.letters.edit(letter.id, BY_BOB, BOB)).toMatchObject({ outcome: 'absent' });
    }
    const again = desk.letters.edit(letter.id, BY_ANN, ANN);
    await expect(again).rejects.toMatchObject({
      code: 'absent',
      message: expect.stringContaining('any more: ann edited it'),
    });
    expect(typesOf(await takeAll(desk.queue))).toEqual(['by.ann']);
    expect(await editors(letter.id)).toEqual(['ann']);
    expect(await desk.letters.count()).toBe(0);
    expect((await desk.queue.inspect()).conservationDifference).toBe(0);
  });

  test('that did not reach Redis gives way to the next one, which is named', async () => {
    const desk = openDesk(url, pool);
    const letter = buildLetter(1);
    await park(desk.queue, [letter]);
    await move(desk, bound);
    const lost = withLostAnswer(desk, false).edit(letter.id, BY_ANN, ANN);
    await expect(lost).rejects.toMatchObject({ code: 'timeout' });
    expect((await desk.letters.show(letter.id))?.originals).toEqual([]);
    expect(await desk.letters.edit(letter.id, BY_BOB, BOB)).toMatchObject({ outcome: 'redriven' });
    expect(typesOf(await takeAll(desk.queue))).toEqual(['by.bob']);
    expect(await editors(letter.id)).toEqual(['bob']);
    expect(await desk.letters.show(letter.id)).toBeNull();
    expect(await desk.letters.showEdited(letter.id)).toMatchObject({
      id: letter.id,
      place: 'originals',
      raw: letter.raw,
      originals: [{ actor: 'bob', line: letter.line }],
      eventId: letter.id,
      isStored: false,
    });
    expect(await desk.letters.showEdited('nobody')).toBeNull();
  });

  test('that did not reach Redis is forgotten when the letter goes out as it was', async () => {
    const desk = openDesk(url, pool);
    const letter = buildLetter(1);
    await park(desk.queue, [letter]);
    await move(desk, bound);
    const lost = withLostAnswer(desk, false).edit(letter.id, BY_ANN, ANN);
    await expect(lost).rejects.toMatchObject({ code: 'timeout' });
    expect((await desk.letters.redrive({ all: true }, BOB)).outcomes.redriven).toBe(1);
    expect(await editors(letter.id)).toEqual([]);
  });

  test('into a full lane leaves nothing behind; the edit that goes out is the one that is named', async () => {
    const desk = openDesk(url, pool);
    const full = openDesk(url, pool, { capacity: 0 });
    const letter = buildLetter(1);
    await park(desk.queue, [letter]);
    await move(desk, bound);
    expect(await full.letters.edit(letter.id, BY_ANN, ANN)).toMatchObject({ outcome: 'full' });
    expect(await editors(letter.id)).toEqual([]);
    expect(await desk.letters.edit(letter.id, BY_BOB, BOB)).toMatchObject({ outcome: 'redriven' });
    expect(typesOf(await takeAll(desk.queue))).toEqual(['by.bob']);
    await park(desk.queue, [buildLetter(1, { attempts: 2 })]);
    expect((await desk.letters.show(letter.id))?.originals).toMatchObject([{ actor: 'bob', line: letter.line }]);
  });

  test('by two people at once goes out once, under one id, and names the faster one', async () => {
    const [ann, bob] = [openDesk(url, pool), openDesk(url, pool)];
    // Without an id: it is minted, and has to be the same for both.
    const letter = buildLetter(1, { raw: '{"event_type":7}', id: null, reason: 'missing_id' });
    await park(ann.queue, [letter]);
    await move(ann, bound);
    const answers = await Promise.allSettled([
      ann.letters.edit(letter.id, BY_ANN, ANN),
      bob.letters.edit(letter.id, BY_BOB, BOB),
    ]);
    const outcomes = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.outcome : 'absent'));
    expect(outcomes.toSorted()).toEqual(['absent', 'redriven']);
    const winner = outcomes[0] === 'redriven' ? 'ann' : 'bob';
    expect(typesOf(await takeAll(ann.queue))).toEqual([`by.${winner}`]);
    expect(await editors(letter.id)).toEqual([winner]);
  });
});

test('a redrive of the table whose answer was lost pushes once, however often it is repeated', async () => {
  const desk = openDesk(url, pool);
  const letters = [buildLetter(1), buildLetter(2)];
  await park(desk.queue, letters);
  await move(desk, 0);
  const lost = withLostAnswer(desk, true).redrive({ all: true }, ANN);
  await expect(lost).rejects.toMatchObject({ code: 'timeout' });
  expect(await desk.letters.count()).toBe(1);
  expect((await desk.letters.redrive({ all: true }, ANN)).outcomes).toMatchObject({ redriven: 0, absent: 1 });
  expect(await desk.letters.count()).toBe(0);
  expect(await takeAll(desk.queue)).toHaveLength(2);
});

test('a letter with another entry under the same id stays in the table, whatever becomes of the one in the list', async () => {
  const desk = openDesk(url, pool);
  const older = buildLetter(1);
  const newer = buildLetter(1, { raw: '{"v":1,"event_type":"another"}' });
  const newest = buildLetter(1, { raw: '{"v":1,"event_type":"a third one"}' });
  await park(desk.queue, [older]);
  await move(desk, 0);
  await park(desk.queue, [newer]);
  expect((await desk.letters.redrive({ ids: [older.id] }, ANN)).outcomes.redriven).toBe(1);
  expect(await takeAll(desk.queue)).toEqual([newer.raw]);
  await park(desk.queue, [newest]);
  expect((await desk.letters.purge({ ids: [older.id] }, ANN)).outcomes.purged).toBe(1);
  expect(await desk.letters.show(older.id)).toMatchObject({ place: 'table', raw: older.raw });
});
