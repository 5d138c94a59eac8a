import { useRedis } from '@auditlane/testkit';
import { beforeEach, expect, test } from 'vitest';
import { claimSome, codeOf, endLease, entries, KEYS, openQueue } from './support/test-queue.ts';
import { buildBeat } from './support/worker-beat.ts';

const { url, redis } = await useRedis({ settings: { 'maxmemory-policy': 'noeviction' } });
const MAIN = { lane: 'main', capacity: 100_000 } as const;

beforeEach(async () => {
  await redis.config('SET', 'maxmemory', '0');
});

async function fillMemory(): Promise<void> {
  await redis.config('SET', 'maxmemory', '1');
  // The proof that the limit is in force: an ordinary write is refused.
  await expect(redis.set('other', 'x')).rejects.toThrow('OOM');
}

test('a push is refused as a whole, and the refusal leaves nothing behind', async () => {
  const { queue } = openQueue(url);
  await queue.enqueue(entries(3), MAIN);
  await fillMemory();
  const before = await redis.hgetall(KEYS.stats);
  expect(await codeOf(queue.enqueue(entries(3, 3), MAIN))).toBe('out_of_memory');
  expect(await redis.llen(KEYS.queue)).toBe(3);
  expect(await redis.hgetall(KEYS.stats)).toEqual(before);
});

test('overflow and drops are still counted', async () => {
  const { queue } = openQueue(url);
  await fillMemory();
  await queue.enqueue(entries(2), { lane: 'main', capacity: 0, dropped: { spool_full: 4 } });
  await queue.addStats({ replayed: 7 });
  expect((await queue.inspect()).stats).toEqual({ overflow: 2, dropped: 4, 'dropped:spool_full': 4, replayed: 7 });
});

test('the queue drains to the last entry: claim, renew, adopt, release and finish need no memory', async () => {
  const { queue } = openQueue(url);
  await queue.enqueue(entries(500), MAIN);
  await fillMemory();
  const first = await claimSome(queue, { limit: 300 });
  expect(first.entries).toHaveLength(300);
  expect(await claimSome(queue, { limit: 300, batchId: first.batchId })).toEqual(first);
  expect(await queue.renew({ batchId: first.batchId, epoch: 1, leaseMs: 30_000, state: 'sent' })).toBe('renewed');
  await endLease(redis, first.batchId).catch(() => undefined); // ZADD itself is refused now
  await redis.config('SET', 'maxmemory', '0');
  await endLease(redis, first.batchId);
  await fillMemory();
  const adopted = await queue.adopt({ batchId: first.batchId, worker: 'w2', leaseMs: 30_000 });
  expect(adopted).toMatchObject({ epoch: 2, attempt: 1 });
  expect(await queue.release({ batchId: first.batchId, epoch: 2 })).toBe('released');
  const all = await claimSome(queue);
  expect(all.entries).toHaveLength(500);
  const outcome = { stored: 498, duplicates: 0, deadLetters: [{ id: 'd', line: '{}' }], held: [Buffer.from('newer')] };
  expect(await queue.finish({ batchId: all.batchId, epoch: 1, ...outcome })).toBe('finished');
  expect(await queue.inspect()).toMatchObject({ main: { depth: 0 }, failed: 1, held: 1, conservationDifference: 0 });
});

test('a fenced holder is still counted', async () => {
  const { queue } = openQueue(url);
  await queue.enqueue(entries(1), MAIN);
  const { batchId } = await claimSome(queue);
  await endLease(redis, batchId);
  await queue.adopt({ batchId, worker: 'w2', leaseMs: 30_000 });
  await fillMemory();
  const late = { batchId, epoch: 1 } as const;
  expect(await queue.renew({ ...late, leaseMs: 1000, state: 'sent' })).toBe('fenced');
  expect(await queue.release(late)).toBe('fenced');
  expect(await queue.finish({ ...late, stored: 1, duplicates: 0, deadLetters: [], held: [] })).toBe('fenced');
  expect((await queue.inspect()).stats).toMatchObject({ fenced: 3 });
});

test('workers still beat', async () => {
  const { queue } = openQueue(url);
  await fillMemory();
  const beat = buildBeat({ worker: 'w1' });
  await queue.beat('w1', beat);
  expect(await queue.beats()).toEqual([beat]);
});
