import { useRedis } from '@auditlane/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectRedis, createQueue, type EnqueueOptions, type ProducerPush, type Queue } from '../src/index.ts';
import { codeOf, entries, KEYS, openQueue } from './support/test-queue.ts';

const { url, redis } = await useRedis({ settings: { 'maxmemory-policy': 'noeviction' } });
const ID = 'a1b2c3';

function pushOf(push: number, options: Partial<ProducerPush> = {}): ProducerPush {
  return { id: ID, stream: 'main', push, marked: push - 1, givenUp: 0, ...options };
}

function enqueue(queue: Queue, producer: ProducerPush, options: Partial<EnqueueOptions> = {}) {
  return queue.enqueue(entries(2), { lane: 'main', capacity: 100, ...options, producer });
}

function entryOf(n: number, producer = ID): string {
  return `{"v":1,"id":"x","event_type":"x","producer":"${producer}","n":${n},"metadata":{"producer":"${ID}","n":999}}`;
}

describe('the mark of a producer', () => {
  test('is its last push, and each answer tells the one before', async () => {
    const { queue } = openQueue(url);
    expect(await enqueue(queue, pushOf(1))).toMatchObject({ accepted: 2, markBefore: 0, isMarked: true });
    expect(await enqueue(queue, pushOf(2))).toMatchObject({ accepted: 2, markBefore: 1, isMarked: true });
    const { incarnation, marks, runId } = await queue.lastPush(ID);
    expect(marks).toEqual({ main: 2, urgent: 0, replay: 0 });
    expect(incarnation).toBe(await redis.get(KEYS.epoch));
    expect(await redis.info('server')).toContain(`run_id:${runId}`);
  });

  test('each stream has its own, and what is pushed again is counted', async () => {
    const { queue } = openQueue(url);
    await enqueue(queue, pushOf(4, { marked: 0 }));
    await enqueue(queue, pushOf(5, { marked: 0, stream: 'urgent' }), { lane: 'urgent' });
    await enqueue(queue, pushOf(6, { marked: 0, stream: 'replay' }), { capacity: 3 });
    expect((await queue.lastPush(ID)).marks).toEqual({ main: 4, urgent: 5, replay: 6 });
    expect((await queue.inspect()).stats).toEqual({ enqueued: 5, replayed: 1 });
  });

  test('a push of which nothing was accepted is none', async () => {
    const { queue } = openQueue(url);
    expect(await enqueue(queue, pushOf(1), { capacity: 0 })).toMatchObject({ markBefore: 0, isMarked: false });
    expect(await queue.producers()).toEqual([]);
  });

  test('a push that comes late does not lower it', async () => {
    const { queue } = openQueue(url);
    await enqueue(queue, pushOf(3, { marked: 0 }));
    expect(await enqueue(queue, pushOf(2, { marked: 0 }))).toMatchObject({ markBefore: 3, isMarked: false });
    expect((await queue.lastPush(ID)).marks.main).toBe(3);
  });

  test('it is not raised over a hole, so that a lost answer hides no loss from the next call', async () => {
    const { queue } = openQueue(url);
    await enqueue(queue, pushOf(1));
    const rewound = (await redis.hget(KEYS.producers, ID)) ?? '';
    await enqueue(queue, pushOf(2));
    await redis.hset(KEYS.producers, ID, rewound);
    const found = { accepted: 2, markBefore: 1, isMarked: false };
    expect(await enqueue(queue, pushOf(3, { marked: 2 }))).toMatchObject(found);
    expect(await enqueue(queue, pushOf(4, { marked: 2 }))).toMatchObject(found);
    expect(await enqueue(queue, pushOf(5, { marked: 1 }))).toMatchObject({ markBefore: 1, isMarked: true });
  });

  test('a call without a producer marks nobody', async () => {
    const { queue } = openQueue(url);
    expect(await queue.enqueue(['a'], { lane: 'main', capacity: 1 })).toMatchObject({ markBefore: null });
    expect(await redis.exists(KEYS.producers)).toBe(0);
  });
});

describe('what is known of producers', () => {
  test('the last number comes from the last accepted entry, and never from metadata or from another producer', async () => {
    const { queue } = openQueue(url);
    const main = { lane: 'main', capacity: 4 } as const;
    await queue.enqueue([entryOf(1), entryOf(2)], { ...main, producer: pushOf(1, { givenUp: 7 }) });
    const { redisTimeMs } = await queue.inspect();
    const [mark] = await queue.producers();
    expect(mark).toMatchObject({ producerId: ID, lastSeq: 2, givenUp: 7, isClosed: false });
    expect(mark?.lastPush).toEqual({ main: 1, urgent: 0, replay: 0 });
    expect(Math.abs((mark?.atMs ?? 0) - redisTimeMs)).toBeLessThan(60_000);
    await queue.enqueue([entryOf(50, 'other')], { ...main, producer: pushOf(2) });
    await queue.enqueue([entryOf(3), entryOf(4)], { ...main, producer: pushOf(3) });
    expect(await queue.producers()).toMatchObject([{ lastSeq: 3 }]);
  });

  test('a producer that ended has a closing record, and can be forgotten', async () => {
    const { queue } = openQueue(url);
    await enqueue(queue, pushOf(1));
    expect(await queue.retire({ id: ID, lastSeq: 12, givenUp: 3 })).toBe('retired');
    expect(await queue.retire({ id: 'never-pushed', lastSeq: 1, givenUp: 1 })).toBe('retired');
    const marks = await queue.producers();
    expect(marks.toSorted((a, b) => a.producerId.localeCompare(b.producerId))).toMatchObject([
      { producerId: ID, lastPush: { main: 1 }, lastSeq: 12, givenUp: 3, isClosed: true },
      { producerId: 'never-pushed', lastPush: { main: 0 }, lastSeq: 1, givenUp: 1, isClosed: true },
    ]);
    expect(await queue.forgetProducers([ID, 'absent'])).toBe(1);
    expect(await queue.forgetProducers([])).toBe(0);
    expect((await queue.producers()).map(({ producerId }) => producerId)).toEqual(['never-pushed']);
  });

  test('twenty thousand have room: the next one is not marked, and its pushes are done', async () => {
    const { queue } = openQueue(url);
    const fill = "for i = 1, 20000 do redis.call('HSET', KEYS[1], 'p' .. i, '1:0:0:1:0:1:open') end";
    await redis.eval(fill, 1, KEYS.producers);
    expect(await enqueue(queue, pushOf(1))).toMatchObject({ accepted: 2, markBefore: 0, isMarked: false });
    expect(await enqueue(queue, pushOf(2, { id: 'p7' }))).toMatchObject({ markBefore: 1, isMarked: true });
    expect(await queue.retire({ id: ID, lastSeq: 12, givenUp: 3 })).toBe('full');
    const ids = (await queue.producers()).map(({ producerId }) => producerId);
    expect(ids).toHaveLength(20_000);
    expect(await queue.forgetProducers(ids)).toBe(20_000);
  });

  test('a full memory refuses a push before its mark, and a closing record never', async () => {
    const { queue } = openQueue(url);
    await enqueue(queue, pushOf(1));
    await redis.config('SET', 'maxmemory', '1');
    onTestFinished(async () => void (await redis.config('SET', 'maxmemory', '0')));
    await expect(redis.set('other', 'x')).rejects.toThrow('OOM');
    expect(await codeOf(enqueue(queue, pushOf(2)))).toBe('out_of_memory');
    expect((await queue.lastPush(ID)).marks.main).toBe(1);
    expect(await queue.retire({ id: ID, lastSeq: 4, givenUp: 0 })).toBe('retired');
    expect(await queue.producers()).toMatchObject([{ lastSeq: 4, isClosed: true }]);
  });

  test('a producer whose user may not write the hash pushes without a mark', async () => {
    await redis.acl('SETUSER', 'unmarked', 'on', '>pass', '~audit:*', '&audit:*', '+@all', '-hset', '-hget');
    onTestFinished(async () => void (await redis.acl('DELUSER', 'unmarked')));
    const connection = connectRedis(url.replace('://', '://unmarked:pass@'), { name: 'unmarked' });
    onTestFinished(() => connection.disconnect());
    const queue = createQueue(connection, KEYS);
    expect(await enqueue(queue, pushOf(1))).toMatchObject({ accepted: 2, markBefore: null, isMarked: false });
    expect(await redis.llen(KEYS.queue)).toBe(2);
  });

  test.each([
    ['a name with spaces', { id: 'a b' }],
    ['an empty name', { id: '' }],
    ['a number that is none', { push: 0 }],
    ['a fraction', { push: 1.5 }],
    ['a mark below zero', { marked: -1 }],
  ])('%s is refused before it is sent', async (_name, wrong) => {
    const { queue } = openQueue(url);
    expect(await codeOf(enqueue(queue, pushOf(1, wrong)))).toBe('invalid_call');
    expect(await redis.exists(KEYS.queue)).toBe(0);
  });
});
