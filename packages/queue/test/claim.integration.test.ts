import { useRedis, waitFor } from '@auditlane/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { claimOptions, claimSome, codeOf, entries, KEYS, openQueue, texts } from './support/test-queue.ts';

const { url, redis } = await useRedis();
const MAIN = { lane: 'main', capacity: 10_000 } as const;
const URGENT = { lane: 'urgent', capacity: 10_000 } as const;

describe('order', () => {
  test('the oldest come first, across pushes and claims', async () => {
    const { queue } = openQueue(url);
    await queue.enqueue(entries(3), MAIN);
    await queue.enqueue(entries(4, 3), MAIN);
    await queue.enqueue(entries(1, 7), MAIN);
    expect(texts(await claimSome(queue, { limit: 5 }))).toEqual(entries(5));
    expect(texts(await claimSome(queue, { limit: 5 }))).toEqual(entries(3, 5));
  });
});

describe('lanes', () => {
  test('the preferred lane is taken, the other one only when it is empty, and never both', async () => {
    const { queue } = openQueue(url);
    await queue.enqueue(['m1', 'm2', 'm3'], MAIN);
    await queue.enqueue(['u1'], URGENT);
    const urgent = await claimSome(queue, { prefer: 'urgent' });
    expect([urgent.lane, texts(urgent), urgent.depth]).toEqual(['urgent', ['u1'], 0]);
    const main = await claimSome(queue, { prefer: 'urgent', limit: 2 });
    expect([main.lane, texts(main), main.depth]).toEqual(['main', ['m1', 'm2'], 1]);
    await queue.enqueue(['u2'], URGENT);
    expect((await claimSome(queue, { prefer: 'main' })).lane).toBe('main');
    expect((await claimSome(queue, { prefer: 'main' })).lane).toBe('urgent');
    expect(await queue.claim(claimOptions())).toBeNull();
  });

  test('a claim of nothing leaves no trace', async () => {
    const { queue } = openQueue(url);
    expect(await queue.claim(claimOptions())).toBeNull();
    expect(await redis.dbsize()).toBe(0);
  });
});

describe('byte limit', () => {
  test('a claim holds as much as fits and the rest stays in its order', async () => {
    const { queue } = openQueue(url);
    const pushed = Array.from({ length: 10 }, (_, index) => String(index).repeat(100));
    await queue.enqueue(pushed, MAIN);
    const first = await claimSome(queue, { maxBytes: 399 });
    expect(texts(first)).toEqual(pushed.slice(0, 3));
    expect(first.depth).toBe(7);
    expect(texts(await claimSome(queue, { maxBytes: 400 }))).toEqual(pushed.slice(3, 7));
    expect(texts(await claimSome(queue))).toEqual(pushed.slice(7));
  });

  test('the limit holds across the portions in which a long lane is read', async () => {
    const { queue } = openQueue(url);
    const pushed = Array.from({ length: 350 }, (_, index) => String(index).padStart(10, '0'));
    await queue.enqueue(pushed, MAIN);
    expect(texts(await claimSome(queue, { maxBytes: 2499 }))).toEqual(pushed.slice(0, 249));
    expect(texts(await claimSome(queue, { limit: 100 }))).toEqual(pushed.slice(249, 349));
    expect(texts(await claimSome(queue))).toEqual(pushed.slice(349));
  });

  test('an entry above the limit is claimed alone, wherever it stands', async () => {
    const { queue } = openQueue(url);
    const giant = 'g'.repeat(5000);
    await queue.enqueue(['a', giant, 'b'], MAIN);
    expect(texts(await claimSome(queue, { maxBytes: 1000 }))).toEqual(['a']);
    expect(texts(await claimSome(queue, { maxBytes: 1000 }))).toEqual([giant]);
    expect(texts(await claimSome(queue, { maxBytes: 1000 }))).toEqual(['b']);
  });
});

describe('repetition', () => {
  test('the same batch id and worker get the same claim back, however often', async () => {
    const { queue } = openQueue(url);
    await queue.enqueue(entries(5), MAIN);
    const options = claimOptions({ limit: 3 });
    const first = await queue.claim(options);
    await queue.enqueue(entries(5, 5), MAIN);
    const again = await queue.claim(options);
    expect(again).toEqual({ ...first, depth: 7 });
    expect(await redis.llen(KEYS.queue)).toBe(7);
  });

  test('a repeated claim extends the lease', async () => {
    const { queue } = openQueue(url);
    await queue.enqueue(['a'], MAIN);
    const options = claimOptions({ leaseMs: 1000 });
    await queue.claim(options);
    const before = Number(await redis.zscore(KEYS.leases, options.batchId));
    await queue.claim({ ...options, leaseMs: 60_000 });
    expect(Number(await redis.zscore(KEYS.leases, options.batchId)) - before).toBeGreaterThanOrEqual(59_000);
  });

  test('the batch id of another worker is refused', async () => {
    const { queue } = openQueue(url);
    await queue.enqueue(['a', 'b'], MAIN);
    const options = claimOptions({ limit: 1 });
    await queue.claim(options);
    expect(await codeOf(queue.claim({ ...options, worker: 'w2' }))).toBe('taken');
    expect(await redis.llen(KEYS.queue)).toBe(1);
  });

  test('a list that lies under the batch id is not added to', async () => {
    const { queue } = openQueue(url);
    await queue.enqueue(['a'], MAIN);
    const options = claimOptions();
    await redis.rpush(KEYS.batch(options.batchId), 'foreign');
    expect(await codeOf(queue.claim(options))).toBe('taken');
    expect(await redis.llen(KEYS.queue)).toBe(1);
  });
});

test('entries are opaque: any bytes come back as they were pushed, by all the ways of a claim', async () => {
  const { queue } = openQueue(url);
  const odd = [
    Buffer.from([0xff, 0xfe, 0x00, 0x80]),
    Buffer.alloc(0),
    Buffer.from('\r\n$5\r\n'),
    Buffer.from([0xed, 0xa0, 0x80]),
  ];
  for (const bytes of odd) await redis.lpush(KEYS.queue, bytes);
  const claim = await claimSome(queue);
  expect(claim.entries).toEqual(odd);
  await queue.release({ batchId: claim.batchId, epoch: claim.epoch });
  const again = await claimSome(queue);
  expect(again.entries).toEqual(odd);
  await queue.finish({
    batchId: again.batchId,
    epoch: again.epoch,
    stored: 0,
    duplicates: 0,
    deadLetters: [],
    held: again.entries,
  });
  expect((await redis.lrangeBuffer(KEYS.hold, 0, -1)).toReversed()).toEqual(odd);
});

test('a claim writes to the append-only file that entries moved, and not their bytes again', async () => {
  const { queue } = openQueue(url);
  await redis.config('SET', 'appendonly', 'yes');
  onTestFinished(async () => void (await redis.config('SET', 'appendonly', 'no')));
  const wroteAll = async (): Promise<boolean> =>
    /aof_rewrite_in_progress:0\r\naof_rewrite_scheduled:0/.test(await redis.info('persistence'));
  await waitFor(wroteAll);
  await queue.enqueue(
    Array.from({ length: 200 }, (_, index) => String(index).padEnd(2000)),
    MAIN,
  );
  const before = await readAofBytes();
  const claim = await claimSome(queue, { limit: 200 });
  expect(claim.entries).toHaveLength(200);
  const written = (await readAofBytes()) - before;
  expect(written).toBeGreaterThan(0);
  expect(written / 200).toBeLessThan(200);
});

async function readAofBytes(): Promise<number> {
  return Number(/aof_current_size:(\d+)/.exec(await redis.info('persistence'))?.[1]);
}

test('a claim writes what an operator reads: epoch, attempt, number, lane, state and worker', async () => {
  const { queue } = openQueue(url);
  await queue.enqueue(entries(2), URGENT);
  const { batchId } = await claimSome(queue, { worker: 'host:7:a' });
  expect(await redis.hget(KEYS.meta, batchId)).toBe('1:1:2:urgent:decoding:host:7:a');
});

test('a claim beyond its limits is refused before sending', async () => {
  const { queue } = openQueue(url);
  await queue.enqueue(['a'], MAIN);
  for (const wrong of [
    { limit: 0 },
    { limit: 1001 },
    { maxBytes: 0 },
    { maxBytes: 8_388_609 },
    { leaseMs: 0 },
    { batchId: 'a b' },
  ]) {
    expect(await codeOf(queue.claim(claimOptions(wrong)))).toBe('invalid_call');
  }
  expect(await redis.llen(KEYS.queue)).toBe(1);
});
