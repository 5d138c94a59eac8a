import { useRedis, waitFor } from '@auditlane/testkit';
import { describe, expect, test } from 'vitest';
import { connectRedis, openWakeListener, toLines } from '../src/index.ts';
import { claimSome, codeOf, entries, KEYS, openQueue, texts } from './support/test-queue.ts';

const { url, redis } = await useRedis();
const MAIN = { lane: 'main', capacity: 10 } as const;

describe('capacity', () => {
  test('the prefix that fits is accepted, the rest refused, and nothing is trimmed', async () => {
    const { queue } = openQueue(url);
    expect(await queue.enqueue(entries(7), MAIN)).toMatchObject({ accepted: 7, length: 7 });
    expect(await queue.enqueue(entries(5, 7), MAIN)).toMatchObject({ accepted: 3, length: 10 });
    expect(await queue.enqueue(entries(5, 12), MAIN)).toMatchObject({ accepted: 0, length: 10 });
    expect(texts(await claimSome(queue))).toEqual(entries(10));
  });

  test('a lane above a lowered capacity refuses and keeps what it has', async () => {
    const { queue } = openQueue(url);
    await queue.enqueue(entries(8), MAIN);
    expect(await queue.enqueue(['late'], { lane: 'main', capacity: 5 })).toMatchObject({ accepted: 0, length: 8 });
  });

  test('the urgent lane has a capacity of its own', async () => {
    const { queue } = openQueue(url);
    await queue.enqueue(entries(10), MAIN);
    expect(await queue.enqueue(entries(3), { lane: 'urgent', capacity: 2 })).toMatchObject({ accepted: 2, length: 2 });
    expect(await redis.llen('audit:queue')).toBe(10);
    expect(await redis.llen('audit:queue:urgent')).toBe(2);
  });

  test('ten producers at once never lift a lane above its capacity', async () => {
    const { queue } = openQueue(url);
    const pushes = await Promise.all(
      Array.from({ length: 10 }, (_, index) => queue.enqueue(entries(30, index * 30), { lane: 'main', capacity: 100 })),
    );
    expect(pushes.reduce((sum, push) => sum + push.accepted, 0)).toBe(100);
    expect(await redis.llen(KEYS.queue)).toBe(100);
  });
});

describe('counters', () => {
  test('an event counts as overflow once, however often it is tried again', async () => {
    const { queue } = openQueue(url);
    await queue.enqueue(entries(12), MAIN);
    await queue.enqueue(entries(2, 10), { ...MAIN, isRetry: true });
    await queue.enqueue(entries(2, 10), { ...MAIN, isRetry: true });
    const { stats } = await queue.inspect();
    expect(stats).toMatchObject({ enqueued: 10, overflow: 2 });
  });

  test('drops that a client reports are added by reason and in sum, even with nothing to push', async () => {
    const { queue } = openQueue(url);
    await queue.enqueue(['a'], { ...MAIN, dropped: { spool_full: 2, 'refused:too_large': 1, none: 0 } });
    await queue.enqueue([], { ...MAIN, dropped: { spool_full: 3 } });
    const { stats } = await queue.inspect();
    expect(stats).toEqual({ enqueued: 1, dropped: 5, 'dropped:spool_full': 5, 'refused:too_large': 1 });
  });

  test('a counter that somebody broke does not turn a done push into an error', async () => {
    const { queue } = openQueue(url);
    await redis.hset(KEYS.stats, 'enqueued', 'not a number');
    expect(await queue.enqueue(['a'], MAIN)).toMatchObject({ accepted: 1 });
  });
});

describe('incarnation', () => {
  test('it is made with the first push and stays', async () => {
    const { queue } = openQueue(url);
    expect((await queue.inspect()).incarnation).toBeNull();
    const first = await queue.enqueue(['a'], MAIN);
    const second = await openQueue(url).queue.enqueue(['b'], MAIN);
    expect(first.incarnation).toMatch(/^[0-9a-f-]{36}$/u);
    expect(second.incarnation).toBe(first.incarnation);
  });

  test('a flushed data set gets another one from the same client', async () => {
    const { queue } = openQueue(url);
    const before = await queue.enqueue(['a'], MAIN);
    await redis.flushall();
    const after = await queue.enqueue(['a'], MAIN);
    expect(after.incarnation).not.toBe(before.incarnation);
  });
});

describe('wake', () => {
  test('a push into an empty lane wakes listeners, a push into a filled one does not', async () => {
    const { queue } = openQueue(url);
    const woken: string[] = [];
    const subscriber = redis.duplicate();
    subscriber.on('message', (_channel, text) => woken.push(text));
    await subscriber.subscribe(KEYS.wake);
    await queue.enqueue(['a'], MAIN);
    await queue.enqueue(['b'], MAIN);
    await queue.enqueue(['c'], { lane: 'urgent', capacity: 10 });
    await redis.publish(KEYS.wake, 'end');
    await waitFor(() => woken.includes('end'));
    subscriber.disconnect();
    expect(woken).toEqual(['1', '1', 'end']);
  });

  test('a listener is called again after its connection was cut', async () => {
    const { queue } = openQueue(url);
    let calls = 0;
    const connection = connectRedis(url, { name: 'wake-test' });
    using _listener = openWakeListener(connection, KEYS, () => {
      calls += 1;
    });
    await waitFor(() => calls === 1);
    await redis.client('KILL', 'TYPE', 'PUBSUB');
    await waitFor(() => calls === 2);
    await queue.enqueue(['a'], MAIN);
    await waitFor(() => calls === 3);
    expect(calls).toBe(3);
  });
});

describe('calls beyond the limits', () => {
  test('more than 1000 entries, more than 1 MiB, a broken capacity or reason are refused before sending', async () => {
    const { queue } = openQueue(url);
    expect(await codeOf(queue.enqueue(entries(1001), MAIN))).toBe('invalid_call');
    expect(await codeOf(queue.enqueue(['x'.repeat(1_048_577)], MAIN))).toBe('invalid_call');
    expect(await codeOf(queue.enqueue(['a'], { lane: 'main', capacity: 1.5 }))).toBe('invalid_call');
    expect(await codeOf(queue.enqueue(['a'], { ...MAIN, dropped: { 'Bad Name': 1 } }))).toBe('invalid_call');
    expect(await redis.dbsize()).toBe(0);
  });

  test('a call of exactly 1000 entries passes', async () => {
    const { queue } = openQueue(url);
    const pushed = await queue.enqueue(entries(1000), { lane: 'main', capacity: 1000, dropped: { a: 1, b: 2 } });
    expect(pushed.accepted).toBe(1000);
    expect(texts(await claimSome(queue))).toEqual(entries(1000));
  });
});

test('redis-cli reads the queue: LLEN counts it, LRANGE shows the lines as they were pushed', async () => {
  const { queue } = openQueue(url);
  const line = '{"v":1,"id":"019ab0c0-0000-7000-8000-000000000000","event_type":"größe","metadata":{"a":[]}}';
  await queue.enqueue([line], MAIN);
  expect(await redis.llen('audit:queue')).toBe(1);
  expect(await redis.lrange('audit:queue', 0, -1)).toEqual([line]);
});

describe('bytes of a call', () => {
  test('what was sent is what Redis has, although calls at once and one after the other share their memory', async () => {
    const { queue } = openQueue(url);
    const lane = { lane: 'main', capacity: 10_000 } as const;
    for (let round = 0; round < 20; round += 1) {
      const calls = [0, 1, 2].map((call) =>
        entries(3, round * 9 + call * 3).map((entry) => `${entry} äöü € 🜚`.repeat(1 + (round % 5) * 30)),
      );
      const pushes = await Promise.all(calls.map((call) => queue.enqueue(call, lane)));
      expect(pushes.map(({ sent }) => toLines(sent))).toEqual(calls);
      for (const push of pushes) push.release();
      expect((await redis.lrange(KEYS.queue, 0, 8)).toReversed()).toEqual(calls.flat());
    }
  });

  test('a prefix that the URL names is put before the keys of a push as before those of a claim', async () => {
    const { queue } = openQueue(`${url}?keyPrefix=app:`);
    await queue.enqueue(entries(2), MAIN);
    expect(texts(await claimSome(queue))).toEqual(entries(2));
    expect(await redis.exists('app:audit:stats', 'app:audit:epoch', KEYS.queue, KEYS.stats, KEYS.epoch)).toBe(2);
  });

  test('a list that changes after the call is pushed as it was', async () => {
    const { queue } = openQueue(url);
    const list = ['a', 'b'];
    const call = queue.enqueue(list, MAIN);
    list[0] = 'longer than before';
    list.push('c');
    expect(toLines((await call).sent)).toEqual(['a', 'b']);
    expect(await redis.lrange(KEYS.queue, 0, -1)).toEqual(['b', 'a']);
  });

  test('memory that was given back twice is not given to two calls', async () => {
    const { queue } = openQueue(url);
    const push = await queue.enqueue(['a'], MAIN);
    push.release();
    push.release();
    const [first, second] = await Promise.all([queue.enqueue(['b'], MAIN), queue.enqueue(['c'], MAIN)]);
    expect([toLines(first.sent), toLines(second.sent)]).toEqual([['b'], ['c']]);
    expect(await redis.lrange(KEYS.queue, 0, -1)).toEqual(['c', 'b', 'a']);
  });
});
