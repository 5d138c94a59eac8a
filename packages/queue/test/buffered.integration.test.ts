import { useRedis } from '@auditlane/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { codeOf, KEYS, openQueue } from './support/test-queue.ts';

const { url, redis } = await useRedis({ settings: { 'maxmemory-policy': 'noeviction' } });

test('what a producer says it has in memory is known until it says otherwise', async () => {
  const { queue } = openQueue(url);
  expect(await queue.buffered()).toEqual([]);
  expect(await queue.tellBuffered({ id: 'a', numbers: '5-9,12' })).toBe('told');
  expect(await queue.tellBuffered({ id: 'b', numbers: '1' })).toBe('told');
  expect(await queue.tellBuffered({ id: 'a', numbers: '12' })).toBe('told');
  const told = await queue.buffered();
  expect(new Map(told.map(({ producerId, numbers }) => [producerId, numbers]))).toEqual(
    new Map([
      ['a', '12'],
      ['b', '1'],
    ]),
  );
  expect(await queue.tellBuffered({ id: 'a', numbers: '' })).toBe('told');
  expect(await queue.buffered()).toEqual([{ producerId: 'b', numbers: '1' }]);
});

test('what a producer does not repeat counts for nothing soon, and is removed in the end', async () => {
  const { queue } = openQueue(url);
  const [seconds] = await redis.time();
  const secondsAgo = (age: number): string => `${(Number(seconds) - age) * 1000}:7`;
  await redis.hset(KEYS.buffered, { fresh: secondsAgo(10), killed: secondsAgo(18), long: secondsAgo(700), odd: 'x:y' });
  expect(await queue.buffered()).toEqual([{ producerId: 'fresh', numbers: '7' }]);
  expect((await queue.buffered(30_000)).map(({ producerId }) => producerId).toSorted()).toEqual(['fresh', 'killed']);
  expect((await redis.hkeys(KEYS.buffered)).toSorted()).toEqual(['fresh', 'killed']);
});

test('twenty thousand producers have room, and those that are known keep theirs', async () => {
  const { queue } = openQueue(url);
  await redis.eval("for i = 1, 20000 do redis.call('HSET', KEYS[1], 'p' .. i, '1:1') end", 1, KEYS.buffered);
  expect(await queue.tellBuffered({ id: 'a', numbers: '1' })).toBe('full');
  expect(await queue.tellBuffered({ id: 'p7', numbers: '1' })).toBe('told');
  expect(await queue.buffered()).toEqual([{ producerId: 'p7', numbers: '1' }]);
});

test('a full memory does not keep a producer from telling', async () => {
  const { queue } = openQueue(url);
  await redis.config('SET', 'maxmemory', '1');
  onTestFinished(async () => void (await redis.config('SET', 'maxmemory', '0')));
  await expect(redis.set('other', 'x')).rejects.toThrow('OOM');
  expect(await queue.tellBuffered({ id: 'a', numbers: '3' })).toBe('told');
  expect(await queue.buffered()).toEqual([{ producerId: 'a', numbers: '3' }]);
});

test('another type under the key, and what are no ranges, are refused', async () => {
  const { queue } = openQueue(url);
  expect(await codeOf(queue.tellBuffered({ id: 'a', numbers: '1;2' }))).toBe('invalid_call');
  expect(await codeOf(queue.tellBuffered({ id: 'a b', numbers: '1' }))).toBe('invalid_call');
  await redis.set(KEYS.buffered, 'text');
  expect(await codeOf(queue.tellBuffered({ id: 'a', numbers: '1' }))).toBe('wrong_type');
});
