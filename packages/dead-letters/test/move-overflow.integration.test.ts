import { createPool } from '@auditlane/store';
import { useDatabase, useRedis } from '@auditlane/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import { moveOverflow, type MoveOverflowParts } from '../src/index.ts';
import { ANN, buildLetter, buildLetters, KEYS, openDesk, park, type Desk } from './support/letters.ts';

const { url, redis } = await useRedis();
const { pool, url: databaseUrl } = await useDatabase();
const partsOf = ({ queue }: Desk, rest: Partial<MoveOverflowParts> = {}): MoveOverflowParts => ({
  queue,
  pool,
  maxLength: 10,
  maxBytes: Infinity,
  now: () => new Date(),
  ...rest,
});
const linesOf = (letters: readonly { readonly line: string }[]) => letters.map(({ line }) => line);
const readTable = async (): Promise<readonly string[]> => {
  const { rows } = await pool.query('select line from audit_dead_letters order by last_at');
  return rows.map((row) => Buffer.from(row['line']).toString());
};

beforeEach(async () => {
  await pool.query('truncate audit_dead_letters');
});

describe('moving what the list has no room for', () => {
  test('the oldest leave, byte for byte, until the list is at its bound', async () => {
    const desk = openDesk(url, pool);
    const built = buildLetters(350);
    await park(desk.queue, built);
    expect(await moveOverflow(partsOf(desk))).toEqual({ moved: 340, left: 10 });
    expect(await moveOverflow(partsOf(desk))).toEqual({ moved: 0, left: 10 });
    expect((await redis.lrange(KEYS.failed, 0, -1)).toReversed()).toEqual(linesOf(built.slice(340)));
    expect(await readTable()).toEqual(linesOf(built.slice(0, 340)));
    expect((await redis.smembers(KEYS.failedIds)).length).toBe(10);
    expect(await desk.queue.inspect()).toMatchObject({ failed: 10, stats: { dead: 350 }, conservationDifference: 0 });
  });

  test('by bytes, too, and no further than needed', async () => {
    const desk = openDesk(url, pool);
    const built = Array.from({ length: 20 }, (_, index) => buildLetter(index, { raw: 'x'.repeat(100_000) }));
    await park(desk.queue, built);
    const { moved } = await moveOverflow(partsOf(desk, { maxLength: 1000, maxBytes: 1_000_000 }));
    expect(moved).toBeGreaterThanOrEqual(10);
    expect(moved).toBeLessThanOrEqual(13);
    expect((await desk.queue.failedBytes()) ?? 0).toBeLessThanOrEqual(1_000_000);
  });

  test('two movers at once, while operators redrive and workers park', async () => {
    const desk = openDesk(url, pool);
    const built = buildLetters(600);
    await park(desk.queue, built.slice(0, 500));
    const wanted = built.filter((_, index) => index % 3 === 0 && index < 500).map(({ id }) => id);
    const [redriven] = await Promise.all([
      desk.letters.redrive({ ids: wanted }, ANN),
      moveOverflow(partsOf(openDesk(url, pool))),
      moveOverflow(partsOf(openDesk(url, pool))),
      openDesk(url, pool).letters.purge({ ids: ['nobody'] }, ANN),
    ]);
    expect(redriven.outcomes.redriven).toBe(wanted.length);
    expect(await desk.letters.count()).toBe(500 - wanted.length);
    const left = new Set([...(await readTable()), ...(await redis.lrange(KEYS.failed, 0, -1))]);
    const expected = built.slice(0, 500).filter(({ id }) => !wanted.includes(id));
    expect([...left].toSorted()).toEqual(linesOf(expected).toSorted());
    expect((await desk.queue.inspect()).conservationDifference).toBe(0);
  });
});

describe('a move that is cut short', () => {
  const cut = (desk: Desk, at: 'before' | 'after') => ({
    ...desk.queue,
    remove: async (letters: Parameters<Desk['queue']['remove']>[0]) => {
      if (at === 'after') await desk.queue.remove(letters);
      throw new RangeError('cut short');
    },
  });

  test.each(['before', 'after'] as const)('%s the lines left the list: nothing is lost, nothing twice', async (at) => {
    const desk = openDesk(url, pool);
    const built = buildLetters(30);
    await park(desk.queue, built);
    await expect(moveOverflow(partsOf(desk, { queue: cut(desk, at) }))).rejects.toThrow(RangeError);
    expect(await desk.letters.count()).toBe(30);
    expect(await redis.llen(KEYS.failed)).toBe(at === 'before' ? 30 : 10);
    await moveOverflow(partsOf(desk));
    expect([await redis.llen(KEYS.failed), (await readTable()).length]).toEqual([10, 20]);
  });

  test('Postgres that goes away between commit and removal leaves both, and the list counts', async () => {
    const desk = openDesk(url, pool);
    await park(desk.queue, buildLetters(30));
    const own = createPool(databaseUrl, { applicationName: 'mover', max: 2 });
    const end = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'mover'";
    const queue = {
      ...desk.queue,
      failedBytes: async () => {
        await pool.query(end);
        return 0;
      },
    };
    await expect(moveOverflow(partsOf(desk, { pool: own, queue }))).rejects.toMatchObject({ code: 'outage' });
    await own.end();
    expect(await redis.llen(KEYS.failed)).toBe(30);
    expect(await desk.letters.count()).toBe(30);
  });

  test('a letter that was redriven from the list takes its copy in the table with it', async () => {
    const desk = openDesk(url, pool);
    const built = buildLetters(30);
    await park(desk.queue, built);
    await expect(moveOverflow(partsOf(desk, { queue: cut(desk, 'before') }))).rejects.toThrow(RangeError);
    expect((await desk.letters.redrive({ all: true }, ANN)).outcomes).toMatchObject({ redriven: 30 });
    expect(await desk.queue.inspect()).toMatchObject({ failed: 0, main: { depth: 30 }, conservationDifference: 0 });
    expect(await readTable()).toEqual([]);
  });

  test('a letter that was parked again meets its older state in the table, which it replaces', async () => {
    const desk = openDesk(url, pool);
    const [older, newer] = [buildLetter(1), buildLetter(1, { attempts: 2 })];
    await park(desk.queue, [older]);
    await moveOverflow(partsOf(desk, { maxLength: 0 }));
    await park(desk.queue, [{ ...newer, line: newer.line.replace('00:00:01.000Z', '00:00:09.000Z') }]);
    expect(await desk.letters.count()).toBe(1);
    expect(await desk.letters.show(older.id)).toMatchObject({ place: 'list', attempts: 2 });
    await moveOverflow(partsOf(desk, { maxLength: 0 }));
    expect(await desk.letters.show(older.id)).toMatchObject({ place: 'table', attempts: 2 });
  });

  test('another event under the same id is kept beside it', async () => {
    const desk = openDesk(url, pool);
    const [one, other] = [buildLetter(1), buildLetter(1, { raw: 'another' })];
    await park(desk.queue, [one]);
    await moveOverflow(partsOf(desk, { maxLength: 0 }));
    await park(desk.queue, [other]);
    await redis.lpush(KEYS.failed, other.line, one.line);
    await moveOverflow(partsOf(desk, { maxLength: 0 }));
    expect((await readTable()).toSorted()).toEqual(linesOf([one, other]).toSorted());
    expect(await redis.llen(KEYS.failed)).toBe(0);
  });
});
