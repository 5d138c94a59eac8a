import { useRedis } from '@auditlane/testkit';
import { describe, expect, test } from 'vitest';
import { claimSome, codeOf, entries, KEYS, openQueue } from './support/test-queue.ts';

const { url, redis } = await useRedis();
const MAIN = { lane: 'main', capacity: 10_000 } as const;
const NOTHING = { stored: 0, duplicates: 0, deadLetters: [], held: [] } as const;

async function claimOf(count: number) {
  const { queue } = openQueue(url);
  await queue.enqueue(entries(count), MAIN);
  const { batchId, epoch } = await claimSome(queue);
  return { queue, batchId, epoch };
}

function letter(id: string) {
  return { id, line: JSON.stringify({ id, reason: 'undecodable' }) };
}

test('one call acknowledges, parks and holds, and leaves nothing of the claim', async () => {
  const { queue, batchId, epoch } = await claimOf(10);
  const outcome = { stored: 5, duplicates: 2, deadLetters: [letter('d1'), letter('d2')], held: [Buffer.from('newer')] };
  expect(await queue.finish({ batchId, epoch, ...outcome })).toBe('finished');
  expect(await queue.inspect()).toMatchObject({
    inFlight: { claims: 0, entries: 0 },
    failed: 2,
    held: 1,
    stats: { enqueued: 10, stored: 5, duplicates: 2, dead: 2, held: 1 },
    conservationDifference: 0,
  });
  expect(await redis.exists(KEYS.batch(batchId), KEYS.leases, KEYS.meta)).toBe(0);
});

test('a repeated finish is gone and counts, parks and holds nothing again', async () => {
  const { queue, batchId, epoch } = await claimOf(3);
  const outcome = { stored: 1, duplicates: 0, deadLetters: [letter('d')], held: [Buffer.from('newer')] };
  await queue.finish({ batchId, epoch, ...outcome });
  const before = await redis.hgetall(KEYS.stats);
  expect(await queue.finish({ batchId, epoch, ...outcome })).toBe('gone');
  expect(await redis.hgetall(KEYS.stats)).toEqual(before);
  expect([await redis.llen(KEYS.failed), await redis.llen(KEYS.hold)]).toEqual([1, 1]);
});

test('redis-cli reads the dead letters: LRANGE shows one line of JSON each, the newest first', async () => {
  const { queue, batchId, epoch } = await claimOf(2);
  await queue.finish({ batchId, epoch, ...NOTHING, deadLetters: [letter('d1'), letter('d2')] });
  const lines = await redis.lrange('audit:failed', 0, -1);
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { id: 'd2', reason: 'undecodable' },
    { id: 'd1', reason: 'undecodable' },
  ]);
});

test('an event that comes back after it was parked is parked once, and the sums still close', async () => {
  const first = await claimOf(1);
  await first.queue.finish({ ...first, ...NOTHING, deadLetters: [letter('same')] });
  const second = await claimOf(2);
  await second.queue.finish({ ...second, ...NOTHING, deadLetters: [letter('same'), letter('same')] });
  expect(await first.queue.inspect()).toMatchObject({
    failed: 1,
    stats: { dead: 3, dead_repeated: 2 },
    conservationDifference: 0,
  });
});

describe('nothing is done', () => {
  test.each([
    ['too few', { stored: 1 }],
    ['too many', { stored: 4 }],
    ['too many by the dead letters', { stored: 3, deadLetters: [letter('d')] }],
    ['too many by the held', { stored: 3, held: [Buffer.from('h')] }],
  ])('when %s entries are accounted for', async (_name, outcome) => {
    const { queue, batchId, epoch } = await claimOf(3);
    expect(await codeOf(queue.finish({ batchId, epoch, ...NOTHING, ...outcome }))).toBe('unbalanced');
    expect(await queue.inspect()).toMatchObject({ inFlight: { claims: 1, entries: 3 }, failed: 0, held: 0 });
    expect(await queue.finish({ batchId, epoch, ...NOTHING, stored: 3 })).toBe('finished');
  });

  test('when a count is negative or broken', async () => {
    const { queue, batchId, epoch } = await claimOf(3);
    expect(await codeOf(queue.finish({ batchId, epoch, ...NOTHING, stored: 4, duplicates: -1 }))).toBe('invalid_call');
    expect(await codeOf(queue.finish({ batchId, epoch, ...NOTHING, stored: Number.NaN }))).toBe('invalid_call');
  });
});

test('the largest claim, 8 MiB in 1000 entries, can become dead letters in one call', async () => {
  const { queue, batchId, epoch } = await claimOf(1000);
  const raw = Buffer.alloc(8388).toString('base64');
  const deadLetters = entries(1000).map((id) => ({ id, line: JSON.stringify({ id, raw }) }));
  expect(await queue.finish({ batchId, epoch, ...NOTHING, deadLetters })).toBe('finished');
  expect(await redis.llen(KEYS.failed)).toBe(1000);
});
