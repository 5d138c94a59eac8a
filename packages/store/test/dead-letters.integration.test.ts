import { buildRow, useDatabase } from '@auditlane/testkit';
import { beforeEach, expect, it } from 'vitest';

import {
  type KeptDeadLetter,
  countDeadLetters,
  createPool,
  createStore,
  dropExpiredPartitions,
  findDeadLetters,
  forgetStoredDeadLetters,
  keepDeadLetterOriginal,
  keepDeadLetters,
  keepLostDeadLetters,
  listDeadLetterIds,
  listDeadLetterOriginals,
  listDeadLetters,
  markDeadLettersRedriven,
  withDeadLetterLock,
} from '../src/index.ts';

const { pool, url } = await useDatabase();

beforeEach(async () => {
  await pool.query('truncate audit_dead_letters, audit_dead_letter_originals');
});

function toLetter(index: number, rest: Partial<KeptDeadLetter> = {}): KeptDeadLetter {
  const id = `d${index}`;
  const line = Buffer.from(`{"id":"${id}","raw":"\\u0000"}`);
  return { id, line, reason: 'undecodable', lastAt: new Date(index * 1000), entryId: null, ...rest };
}

const ALL = { reason: null, after: null, limit: 9, maxBytes: 1_000_000 } as const;

it('a page ends at its bytes, though never before its first letter', async () => {
  const letters = [1, 2, 3, 4].map((index) => toLetter(index, { line: Buffer.alloc(100, index) }));
  await keepDeadLetters(pool, letters);
  const read = async (maxBytes: number): Promise<readonly string[]> =>
    (await listDeadLetters(pool, { ...ALL, maxBytes })).map(({ id }) => id);
  expect(await read(1)).toEqual(['d4']);
  expect(await read(100)).toEqual(['d4']);
  expect(await read(101)).toEqual(['d4', 'd3']);
  expect(await read(400)).toEqual(['d4', 'd3', 'd2', 'd1']);
});

it('letters come back newest first, page by page, byte for byte', async () => {
  const odd = Buffer.from([0x00, 0xff, 0x7b]);
  await keepDeadLetters(pool, [toLetter(1), toLetter(3, { line: odd }), toLetter(2, { reason: 'missing_id' })]);
  const first = await listDeadLetters(pool, { ...ALL, limit: 2 });
  expect(first).toEqual([
    { id: 'd3', line: odd, lastAt: new Date(3000) },
    { id: 'd2', line: toLetter(2).line, lastAt: new Date(2000) },
  ]);
  const after = { lastAt: new Date(2000), id: 'd2' };
  expect(await listDeadLetters(pool, { ...ALL, after, limit: 2 })).toMatchObject([{ id: 'd1' }]);
  expect(await listDeadLetters(pool, { ...ALL, reason: 'missing_id' })).toMatchObject([{ id: 'd2' }]);
  expect(await listDeadLetterIds(pool, null, 2)).toEqual(['d1', 'd2']);
  expect(await findDeadLetters(pool, ['d3', 'd9'])).toMatchObject([{ id: 'd3', line: odd }]);
  expect([await countDeadLetters(pool), await countDeadLetters(pool, 'missing_id')]).toEqual([3, 1]);
});

it('keeping a letter again changes nothing, and a newer letter of the same id replaces it', async () => {
  const newer = Buffer.from('newer');
  await keepDeadLetters(pool, [toLetter(1)]);
  await keepDeadLetters(pool, [toLetter(1), toLetter(2)]);
  expect(await countDeadLetters(pool)).toBe(2);
  await keepDeadLetters(pool, [toLetter(1, { line: newer, lastAt: new Date(9000) })]);
  await keepDeadLetters(pool, [toLetter(1)]);
  expect(await findDeadLetters(pool, ['d1'])).toMatchObject([{ id: 'd1', line: newer }]);
});

it('one at a time acts on letters, and what it deletes is deleted for the next', async () => {
  await keepDeadLetters(pool, [toLetter(1), toLetter(2)]);
  const answers = await Promise.all(
    [0, 1, 2].map(() => withDeadLetterLock(pool, ({ remove }) => remove(['d1', 'd9']))),
  );
  expect(answers.toSorted((a, b) => b.length - a.length)).toEqual([['d1'], [], []]);
});

it('an action that fails deletes nothing', async () => {
  await keepDeadLetters(pool, [toLetter(1)]);
  const failing = withDeadLetterLock(pool, async ({ remove }) => {
    await remove(['d1']);
    throw new RangeError('Redis is away');
  });
  await expect(failing).rejects.toThrow(RangeError);
  expect(await countDeadLetters(pool)).toBe(1);
});

it('the lock takes no transaction id, which readers of the ledger would wait for', async () => {
  const holders = await withDeadLetterLock(pool, async ({ check }) => {
    await check();
    return pool.query(
      "select backend_xid from pg_stat_activity where datname = current_database() and state = 'idle in transaction'",
    );
  });
  expect(holders.rows).toEqual([{ backend_xid: null }]);
});

it('whoever lost the lock with its connection is told', async () => {
  const own = createPool(url, { applicationName: 'holder', max: 1 });
  const lost = withDeadLetterLock(own, async ({ check }) => {
    await pool.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'holder'");
    await check();
  });
  await expect(lost).rejects.toMatchObject({ code: 'outage' });
  await own.end();
});

it('a redrive that was cut short is forgotten once its event is stored, and only then', async () => {
  const [stored, lost, unmarked] = [buildRow(), buildRow(), buildRow()];
  const letters = [stored, lost, unmarked].map(({ id }, index) => toLetter(index, { id, entryId: id }));
  await keepDeadLetters(pool, letters);
  await createStore(pool, { writer: 'w' }).storeBatch([stored, unmarked]);
  await markDeadLettersRedriven(pool, [stored.id, lost.id]);
  expect(await forgetStoredDeadLetters(pool), 'too young to tell').toBe(0);
  await pool.query("update audit_dead_letters set redriven_at = redriven_at - interval '2 minutes'");
  expect(await forgetStoredDeadLetters(pool)).toBe(1);
  expect((await listDeadLetterIds(pool, null, 9)).toSorted()).toEqual([lost.id, unmarked.id].toSorted());
});

it('letters that several keep, mark and delete at once, each in an order of its own, end no one as a deadlock', async () => {
  const letters = Array.from({ length: 100 }, (_, index) => toLetter(index));
  const ids = letters.map(({ id }) => id);
  for (let round = 0; round < 30; round += 1) {
    const newer = letters.map((letter) => ({
      ...letter,
      line: Buffer.from(`${round}`),
      lastAt: new Date(round * 1_000_000),
    }));
    await keepDeadLetters(pool, newer.toReversed());
    await Promise.all([
      markDeadLettersRedriven(pool, ids),
      markDeadLettersRedriven(pool, ids.toReversed()),
      keepDeadLetters(pool, newer.map((letter) => ({ ...letter, line: Buffer.from('again') })).toReversed()),
      keepDeadLetters(
        pool,
        newer.map((letter) => ({ ...letter, line: Buffer.from('other') })),
      ),
      withDeadLetterLock(pool, async (lock) => lock.remove(ids.toReversed())),
      keepLostDeadLetters(pool, letters.toReversed()),
    ]);
  }
  expect(await countDeadLetters(pool)).toBeLessThanOrEqual(100);
});

it('an original is kept once, names who tried last, is found by letter and by event, and expires with the events', async () => {
  const { id: entryId } = buildRow();
  const original = { id: 'sha256:x', digest: 'aa', line: Buffer.from('line'), entryId, editedBy: 'ann' };
  await keepDeadLetterOriginal(pool, original);
  await keepDeadLetterOriginal(pool, { ...original, editedBy: 'bob' });
  for (const id of ['sha256:x', entryId]) {
    expect(await listDeadLetterOriginals(pool, id)).toMatchObject([
      { id: 'sha256:x', entryId, line: original.line, editedBy: 'bob' },
    ]);
  }
  expect(await listDeadLetterOriginals(pool, "x' or true --")).toEqual([]);
  await dropExpiredPartitions(pool, { retentionDays: 90 });
  expect(await listDeadLetterOriginals(pool, entryId)).toHaveLength(1);
  await pool.query("update audit_dead_letter_originals set edited_at = now() - interval '91 days'");
  await dropExpiredPartitions(pool, { retentionDays: 90 });
  expect(await listDeadLetterOriginals(pool, entryId)).toEqual([]);
});

it('an edit that did not go out is forgotten, unless what was done with the lock is undone', async () => {
  const { id: entryId } = buildRow();
  const originals = ['aa', 'bb', 'cc'].map((digest) => ({
    id: 'd1',
    digest,
    line: Buffer.from(digest),
    entryId,
    editedBy: 'ann',
  }));
  for (const original of originals) await keepDeadLetterOriginal(pool, original);
  const undone = withDeadLetterLock(pool, async (lock) => {
    await lock.forgetOriginals(originals);
    throw new Error('undone');
  });
  await expect(undone).rejects.toThrow('undone');
  expect(await listDeadLetterOriginals(pool, 'd1')).toHaveLength(3);
  await withDeadLetterLock(pool, async (lock) => {
    await lock.forgetOriginals([]);
    await lock.forgetOriginals([...originals.slice(0, 2), { id: 'other', digest: 'cc' }]);
  });
  expect(await listDeadLetterOriginals(pool, 'd1')).toMatchObject([{ line: Buffer.from('cc') }]);
});

it('a writer may ask for ids, and for nothing else', async () => {
  await keepDeadLetters(pool, [toLetter(1)]);
  const writer = createPool(url, { applicationName: 'test', role: 'audit_writer' });
  try {
    expect((await writer.query('select id from audit_dead_letters')).rows).toEqual([{ id: 'd1' }]);
    await expect(writer.query('select line from audit_dead_letters')).rejects.toMatchObject({ code: '42501' });
    await expect(writer.query('delete from audit_dead_letters')).rejects.toMatchObject({ code: '42501' });
    await expect(writer.query('select id from audit_dead_letter_originals')).rejects.toMatchObject({ code: '42501' });
  } finally {
    await writer.end();
  }
});
