import { useRedis, waitFor } from '@auditlane/testkit';
import { describe, expect, test } from 'vitest';
import { claimSome, codeOf, endLease, entries, KEYS, openQueue, texts } from './support/test-queue.ts';

const { url, redis } = await useRedis();
const MAIN = { lane: 'main', capacity: 10_000 } as const;

async function claimOf(count: number) {
  const { queue } = openQueue(url);
  await queue.enqueue(entries(count), MAIN);
  return { queue, claim: await claimSome(queue) };
}

describe('renewing', () => {
  test('the holder moves the end of its lease and tells its state', async () => {
    const { queue, claim } = await claimOf(2);
    const before = Number(await redis.zscore(KEYS.leases, claim.batchId));
    expect(await queue.renew({ batchId: claim.batchId, epoch: 1, leaseMs: 90_000, state: 'sent' })).toBe('renewed');
    expect(Number(await redis.zscore(KEYS.leases, claim.batchId)) - before).toBeGreaterThanOrEqual(60_000);
    expect(await redis.hget(KEYS.meta, claim.batchId)).toBe('1:1:2:main:sent:w1');
  });

  test('a lease that has ended can be renewed as long as nobody adopted the claim', async () => {
    const { queue, claim } = await claimOf(1);
    await endLease(redis, claim.batchId);
    expect(await queue.renew({ batchId: claim.batchId, epoch: 1, leaseMs: 30_000, state: 'waiting' })).toBe('renewed');
    expect(await queue.adopt({ batchId: claim.batchId, worker: 'w2', leaseMs: 30_000 })).toBeNull();
  });

  test('a claim that is finished is gone', async () => {
    const { queue } = openQueue(url);
    expect(await queue.renew({ batchId: 'nothing', epoch: 1, leaseMs: 1000, state: 'sent' })).toBe('gone');
  });
});

describe('adopting', () => {
  test('a lease ends by the clock of Redis, and only then can the claim be adopted', async () => {
    const { queue } = openQueue(url);
    await queue.enqueue(entries(3), MAIN);
    const { batchId } = await claimSome(queue, { leaseMs: 300 });
    expect(await queue.expired({ limit: 10 })).toEqual([]);
    expect(await queue.adopt({ batchId, worker: 'w2', leaseMs: 30_000 })).toBeNull();
    await waitFor(async () => (await queue.expired({ limit: 10 })).includes(batchId));
    const adopted = await queue.adopt({ batchId, worker: 'w2', leaseMs: 30_000 });
    expect(adopted).toMatchObject({ batchId, epoch: 2, attempt: 2, lane: 'main', depth: 0 });
    expect(texts(adopted)).toEqual(entries(3));
    expect(await redis.hget(KEYS.meta, batchId)).toBe('2:2:3:main:decoding:w2');
  });

  test('of ten callers at once exactly one adopts', async () => {
    const { claim } = await claimOf(5);
    await endLease(redis, claim.batchId);
    const callers = Array.from({ length: 10 }, () => openQueue(url).queue);
    const adopted = await Promise.all(
      callers.map((queue, index) => queue.adopt({ batchId: claim.batchId, worker: `w${index}`, leaseMs: 30_000 })),
    );
    expect(adopted.filter((one) => one !== null)).toHaveLength(1);
    expect((await callers[0]?.inspect())?.stats).toMatchObject({ adopted: 1 });
  });

  test('a zombie is fenced from every call once its claim was adopted, and each time counted', async () => {
    const { queue, claim } = await claimOf(2);
    const { batchId } = claim;
    await endLease(redis, batchId);
    await queue.adopt({ batchId, worker: 'w2', leaseMs: 30_000 });
    const outcome = { batchId, epoch: 1, stored: 2, duplicates: 0, deadLetters: [], held: [] };
    expect(await queue.renew({ batchId, epoch: 1, leaseMs: 1000, state: 'sent' })).toBe('fenced');
    expect(await queue.finish(outcome)).toBe('fenced');
    expect(await queue.release({ batchId, epoch: 1 })).toBe('fenced');
    expect((await queue.inspect()).stats).toEqual({ enqueued: 2, adopted: 1, fenced: 3 });
    expect(await queue.finish({ ...outcome, epoch: 2 })).toBe('finished');
  });

  test('expired ids come longest ended first, in pages', async () => {
    const { queue } = openQueue(url);
    await queue.enqueue(entries(5), MAIN);
    for (const [index, batchId] of ['e', 'd', 'c', 'b', 'a'].entries()) {
      await claimSome(queue, { batchId, limit: 1 });
      await redis.zadd(KEYS.leases, 'XX', 100 - index, batchId);
    }
    expect(await queue.expired({ limit: 2 })).toEqual(['a', 'b']);
    expect(await queue.expired({ limit: 2, cursor: 2 })).toEqual(['c', 'd']);
    expect(await queue.expired({ limit: 2, cursor: 4 })).toEqual(['e']);
  });
});

describe('attempts', () => {
  async function crashTimes(times: number, state: 'decoding' | 'sent' | 'waiting'): Promise<number | undefined> {
    const { queue, claim } = await claimOf(1);
    let { epoch, attempt } = claim;
    for (let crash = 0; crash < times; crash += 1) {
      if (state !== 'decoding') await queue.renew({ batchId: claim.batchId, epoch, leaseMs: 30_000, state });
      await endLease(redis, claim.batchId);
      const adopted = await queue.adopt({ batchId: claim.batchId, worker: `w${crash}`, leaseMs: 30_000 });
      ({ epoch, attempt } = adopted ?? { epoch: 0, attempt: 0 });
    }
    expect(epoch).toBe(times + 1);
    return attempt;
  }

  test('each holder that dies while decoding counts', async () => {
    expect(await crashTimes(4, 'decoding')).toBe(5);
  });

  test.each(['sent', 'waiting'] as const)(
    'ten holders that die while %s leave the claim at its first attempt',
    async (state) => {
      expect(await crashTimes(10, state)).toBe(1);
    },
  );

  test('an outage in between sets the attempt back', async () => {
    const { queue, claim } = await claimOf(1);
    const { batchId } = claim;
    await endLease(redis, batchId);
    const second = await queue.adopt({ batchId, worker: 'w2', leaseMs: 30_000 });
    expect(second?.attempt).toBe(2);
    await queue.renew({ batchId, epoch: 2, leaseMs: 30_000, state: 'waiting' });
    await endLease(redis, batchId);
    expect((await queue.adopt({ batchId, worker: 'w3', leaseMs: 30_000 }))?.attempt).toBe(1);
  });
});

describe('releasing', () => {
  test('the entries return to the claim end in their old order, before all others', async () => {
    const { queue } = openQueue(url);
    await queue.enqueue(entries(6), MAIN);
    const claim = await claimSome(queue, { limit: 3 });
    await queue.enqueue(entries(2, 6), MAIN);
    expect(await queue.release({ batchId: claim.batchId, epoch: 1 })).toBe('released');
    expect(texts(await claimSome(queue))).toEqual(entries(8));
    expect(await redis.exists(KEYS.batch(claim.batchId))).toBe(0);
    expect((await queue.inspect()).stats).toEqual({ enqueued: 8, released: 1 });
  });

  test('a claim of the urgent lane returns to the urgent lane', async () => {
    const { queue } = openQueue(url);
    await queue.enqueue(['u'], { lane: 'urgent', capacity: 10 });
    const claim = await claimSome(queue);
    await queue.release({ batchId: claim.batchId, epoch: 1 });
    expect(await redis.lrange(KEYS.urgent, 0, -1)).toEqual(['u']);
  });

  test('a repeated release is gone and puts nothing back twice', async () => {
    const { queue, claim } = await claimOf(4);
    await queue.release({ batchId: claim.batchId, epoch: 1 });
    expect(await queue.release({ batchId: claim.batchId, epoch: 1 })).toBe('gone');
    expect(await redis.llen(KEYS.queue)).toBe(4);
  });

  test('a release into an empty lane wakes the other workers', async () => {
    const { queue, claim } = await claimOf(1);
    const subscriber = redis.duplicate();
    const woken: string[] = [];
    subscriber.on('message', (_channel, text) => woken.push(text));
    await subscriber.subscribe(KEYS.wake);
    await queue.release({ batchId: claim.batchId, epoch: 1 });
    await waitFor(() => woken.length === 1);
    subscriber.disconnect();
    expect(woken).toEqual(['released']);
  });
});

test('a claim whose list somebody deleted is dropped, and the sums tell what is missing', async () => {
  const { queue, claim } = await claimOf(3);
  await redis.del(KEYS.batch(claim.batchId));
  await endLease(redis, claim.batchId);
  expect(await queue.adopt({ batchId: claim.batchId, worker: 'w2', leaseMs: 1000 })).toBeNull();
  expect(await queue.inspect()).toMatchObject({ inFlight: { claims: 0, entries: 0 }, conservationDifference: 3 });
});

test('a claim whose meta somebody broke is refused to its holder and healed by its adopter', async () => {
  const { queue, claim } = await claimOf(2);
  const { batchId } = claim;
  await redis.hset(KEYS.meta, batchId, 'nonsense');
  expect(await codeOf(queue.release({ batchId, epoch: 1 }))).toBe('corrupt');
  expect(await codeOf(queue.renew({ batchId, epoch: 1, leaseMs: 1000, state: 'sent' }))).toBe('corrupt');
  await endLease(redis, batchId);
  expect(texts(await queue.adopt({ batchId, worker: 'w2', leaseMs: 1000 }))).toEqual(entries(2));
  expect((await queue.inspect()).conservationDifference).toBe(0);
});

test('claims whose leases somebody deleted are found and adopted', async () => {
  const { queue } = openQueue(url);
  await queue.enqueue(entries(4), MAIN);
  for (const batchId of ['a', 'b', 'c']) await claimSome(queue, { batchId, limit: 1 });
  await endLease(redis, 'a');
  await redis.zrem(KEYS.leases, 'b');
  expect(await queue.expired({ limit: 10 })).toEqual(['b', 'a']);
  expect(await queue.expired({ limit: 1 })).toEqual(['b']);
  expect(texts(await queue.adopt({ batchId: 'b', worker: 'w2', leaseMs: 30_000 }))).toEqual(entries(1, 1));
  expect(await queue.expired({ limit: 10 })).toEqual(['a']);
});
