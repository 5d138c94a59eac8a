import { useRedis } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { codeOf, KEYS, openQueue } from './support/test-queue.ts';

const { url, redis } = await useRedis();

function letters(...ids: readonly string[]) {
  return ids.map((id) => ({ id, line: JSON.stringify({ id, reason: 'refused_by_processor' }) }));
}

test('letters without a claim are in the list of dead letters, the newest first, and the sums close', async () => {
  const { queue } = openQueue(url);
  expect(await queue.park(letters('a', 'b', 'c'))).toBe(3);
  const lines = await redis.lrange('audit:failed', 0, -1);
  expect(lines.map((line) => JSON.parse(line).id)).toEqual(['c', 'b', 'a']);
  expect(await queue.parked(['a', 'b', 'x'])).toEqual(new Set(['a', 'b']));
  expect(await queue.inspect()).toMatchObject({
    failed: 3,
    stats: { enqueued: 3, dead: 3 },
    conservationDifference: 0,
  });
});

test('a letter that is parked already is left out and counted, so a call without an answer may be repeated', async () => {
  const { queue } = openQueue(url);
  await queue.park(letters('a', 'b'));
  expect(await queue.park(letters('a', 'b', 'c', 'c'))).toBe(1);
  expect(await redis.llen(KEYS.failed)).toBe(3);
  expect(await queue.inspect()).toMatchObject({
    stats: { enqueued: 6, dead: 6, dead_repeated: 3 },
    conservationDifference: 0,
  });
});

test('nothing is asked of Redis for no letters, and more than 1000 are refused', async () => {
  const { queue } = openQueue(url);
  expect(await queue.park([])).toBe(0);
  const many = letters(...Array.from({ length: 1001 }, (_, n) => `id-${n}`));
  expect(await codeOf(queue.park(many))).toBe('invalid_call');
  expect(await redis.exists(KEYS.failed, KEYS.stats)).toBe(0);
});

test('a key that somebody else wrote to is named, and nothing is parked', async () => {
  const { queue } = openQueue(url);
  await redis.set(KEYS.failedIds, 'mine');
  expect(await codeOf(queue.park(letters('a')))).toBe('wrong_type');
  expect(await redis.exists(KEYS.failed)).toBe(0);
});
