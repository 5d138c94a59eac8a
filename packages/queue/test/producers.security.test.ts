import { useRedis } from '@auditlane/testkit';
import { describe, expect, test } from 'vitest';
import { checkRedis, type ProducerPush } from '../src/index.ts';
import { entries, KEYS, openQueue } from './support/test-queue.ts';

const { url, redis } = await useRedis();
const ID = 'a1b2c3';
const MAIN = { lane: 'main', capacity: 100 } as const;
const FIRST: ProducerPush = { id: ID, stream: 'main', push: 1, marked: 0, givenUp: 0 };

const HOSTILE: readonly (readonly [string, string | Buffer])[] = [
  ['nothing', ''],
  ['words', 'five:six:seven'],
  ['bytes', Buffer.from([0xff, 0x00, 0xfe])],
  ['a number beyond all', `${'9'.repeat(400)}:0:0:0:0:0:open`],
  ['an exponent', '1e308:0:0:0:0:0:open'],
  ['a sign', '-5:0:0:0:0:0:open'],
  ['not a number', 'nan:0:0:0:0:0:open'],
  ['a megabyte', 'x'.repeat(1_000_000)],
  ['Lua', "0:0:0:0:0:0:open' .. redis.call('FLUSHALL') .. '"],
];

describe('row 94: somebody wrote to the hash of producers', () => {
  test.each(HOSTILE)('%s counts as no mark, and is written over', async (_name, value) => {
    const { queue } = openQueue(url);
    await redis.hset(KEYS.producers, ID, value);
    expect(await queue.producers()).toEqual([]);
    expect((await queue.lastPush(ID)).marks.main).toBe(0);
    expect(await queue.enqueue(entries(2), { ...MAIN, producer: FIRST })).toMatchObject({
      accepted: 2,
      markBefore: 0,
      isMarked: true,
    });
    expect(await queue.producers()).toMatchObject([{ producerId: ID, lastPush: { main: 1 }, isClosed: false }]);
    await redis.hset(KEYS.producers, ID, value);
    expect(await queue.retire({ id: ID, lastSeq: 3, givenUp: 0 })).toBe('retired');
  });

  test('a mark that is too high stays, and no push counts as marked under it', async () => {
    const { queue } = openQueue(url);
    await redis.hset(KEYS.producers, ID, '900:0:0:0:0:0:open');
    expect(await queue.enqueue(entries(2), { ...MAIN, producer: FIRST })).toMatchObject({
      accepted: 2,
      markBefore: 900,
      isMarked: false,
    });
  });

  test('a hash of another type costs the mark, never the push, and the self-check names it', async () => {
    const { queue, connection } = openQueue(url);
    await redis.set(KEYS.producers, 'tampered');
    expect(await queue.enqueue(entries(2), { ...MAIN, producer: FIRST })).toMatchObject({
      accepted: 2,
      markBefore: null,
      isMarked: false,
    });
    for (const call of [queue.lastPush(ID), queue.retire({ id: ID, lastSeq: 1, givenUp: 0 }), queue.producers()]) {
      await expect(call).rejects.toMatchObject({ code: 'wrong_type' });
    }
    const faults = await checkRedis(connection, KEYS, { capacity: 100, urgentCapacity: 10 });
    expect(faults.filter(({ code }) => code === 'wrong_type')).toMatchObject([
      { message: expect.stringContaining(KEYS.producers) },
    ]);
    expect(await redis.get(KEYS.producers)).toBe('tampered');
  });

  test('fields of others are no producers', async () => {
    const { queue } = openQueue(url);
    await redis.hset(KEYS.producers, 'x'.repeat(10_000), '1:0:0:1:0:1:open', '\u0000', '1:0:0:1:0:1:dead');
    expect((await queue.producers()).map(({ producerId }) => producerId.length)).toEqual([10_000]);
  });
});
