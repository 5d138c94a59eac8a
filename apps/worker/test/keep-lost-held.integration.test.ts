import { createQueue } from '@auditlane/queue';
import { useRedis } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { keepLostHeld } from '../src/storing/keep-lost-held.ts';
import { KEYS } from './fleet.ts';

const { redis } = await useRedis();
const queue = createQueue(redis, KEYS);
const toHeld = (count: number, bytes = 10): readonly Buffer[] =>
  Array.from({ length: count }, (_, index) => Buffer.from(`{"v":2,"n":${index},"pad":"${'ü'.repeat(bytes)}"}`));
const queued = async (): Promise<readonly string[]> => (await redis.lrange(KEYS.queue, 0, -1)).toReversed();

test('entries that are held already stay there, and only the others go into the queue, in their order', async () => {
  const held = toHeld(5);
  await redis.lpush(KEYS.hold, ...held.slice(1, 3));
  expect(await keepLostHeld(queue, held)).toBe(3);
  expect(await queued()).toEqual([held[0], held[3], held[4]].map(String));
  expect(await redis.llen(KEYS.hold)).toBe(2);
});

test('without entries Redis is not asked', async () => {
  expect(await keepLostHeld({ ...queue, heldAmong: () => Promise.reject(new Error('asked')) }, [])).toBe(0);
});

test('more than one call may carry are pushed in pieces', async () => {
  const held = [...toHeld(1100), ...toHeld(5, 250_000)];
  expect(await keepLostHeld(queue, held)).toBe(held.length);
  expect(await queued()).toEqual(held.map(String));
});
