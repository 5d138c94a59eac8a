// Each option, by what a user sees of it: every one of these tests fails when its option is ignored.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SecurityEvent } from '../../../src/events/index.ts';
import { createBatched, eventOf, eventsOf, settle } from '../support/batched.ts';
import { createLatch, reject, takeAll, takeNone } from '../support/scripted-processor.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

describe('maxBatchSize', () => {
  test('a batch goes when it is full, without waiting', async () => {
    const { batched, processor } = createBatched({ maxBatchSize: { info: 3 } });
    for (const event of eventsOf('info', 2)) void batched.addEvent(event);
    await settle();
    expect(processor.batches).toEqual([]);
    void batched.addEvent(eventOf('info'));
    await settle();
    expect(processor.batches.map((batch) => batch.length)).toEqual([3]);
  });

  test('no batch is larger, and it holds one priority, the oldest event first', async () => {
    const { batched, processor } = createBatched();
    const events = [...eventsOf('medium', 45), ...eventsOf('low', 60)];
    for (const event of events) void batched.addEvent(event);
    await batched.flush();
    expect(processor.batches.map((batch) => batch.length)).toEqual([20, 20, 5, 50, 10]);
    expect(processor.batches.every((batch) => new Set(batch.map(({ priority }) => priority)).size === 1)).toBe(true);
    expect(processor.ids).toEqual(events.map(({ id }) => id));
  });

  test('critical batches above 5 are warned about', () => {
    expect(createBatched({ maxBatchSize: { critical: 5 } }).warnings).toEqual([]);
    const { warnings } = createBatched({ maxBatchSize: { critical: 6 } });
    expect(warnings).toMatchObject([{ condition: expect.stringContaining('critical'), facts: { max_batch_size: 6 } }]);
  });
});

describe('maxWaitTime', () => {
  test.each([
    ['medium', 5000],
    ['low', 10_000],
    ['info', 30_000],
  ] as const)('a %s event waits %i ms by default, and not a moment more', async (priority, waitMs) => {
    const { batched, processor } = createBatched();
    void batched.addEvent(eventOf(priority));
    await pass(waitMs - 5);
    expect(processor.batches).toEqual([]);
    await pass(10);
    expect(processor.batches).toHaveLength(1);
  });

  test('it counts from the oldest event of the queue', async () => {
    const { batched, processor } = createBatched({ maxWaitTime: { info: 1000 } });
    void batched.addEvent(eventOf('info'));
    await pass(900);
    void batched.addEvent(eventOf('info'));
    await pass(110);
    expect(processor.batches.map((batch) => batch.length)).toEqual([2]);
    void batched.addEvent(eventOf('info'));
    await pass(900);
    expect(processor.batches).toHaveLength(1);
    await pass(110);
    expect(processor.batches).toHaveLength(2);
  });

  test('with preset realtime nothing waits longer than 20 ms', async () => {
    const { batched, processor } = createBatched({ preset: 'realtime' });
    for (const priority of ['medium', 'low', 'info'] as const) void batched.addEvent(eventOf(priority));
    await pass(25);
    expect(processor.batches).toHaveLength(3);
  });
});

describe('enableAutoFlush', () => {
  test('without it nothing goes by time, only by size and by flush', async () => {
    const { batched, processor } = createBatched({ enableAutoFlush: false, maxBatchSize: { low: 2 } });
    void batched.addEvent(eventOf('info'));
    void batched.addEvent(eventOf('low'));
    await pass(3_600_000);
    expect(processor.batches).toEqual([]);
    void batched.addEvent(eventOf('low'));
    await settle();
    expect(processor.batches).toHaveLength(1);
    expect(await batched.flush()).toEqual({ processed: 1, failed: 0 });
  });

  test('critical events go at once all the same', async () => {
    const { batched, processor } = createBatched({ enableAutoFlush: false });
    void batched.addEvent(eventOf('critical'));
    await settle();
    expect(processor.batches).toHaveLength(1);
  });
});

describe('enablePrioritization', () => {
  const mixed = (): readonly SecurityEvent[] => [
    eventOf('info'),
    eventOf('low'),
    eventOf('medium'),
    eventOf('high'),
    eventOf('critical'),
  ];

  test('what waits goes by priority', async () => {
    const { batched, processor } = createBatched();
    for (const event of mixed()) void batched.addEvent(event);
    await batched.flush();
    expect(processor.events.map(({ priority }) => priority)).toEqual(['critical', 'high', 'medium', 'low', 'info']);
  });

  test('without it, in the order in which it came', async () => {
    const { batched, processor } = createBatched({ enablePrioritization: false });
    const events = mixed();
    for (const event of events) void batched.addEvent(event);
    await batched.flush();
    expect(processor.ids).toEqual(events.map(({ id }) => id));
  });

  test('a lower queue does not overtake one that is due and waits for its batch under way', async () => {
    const { batched, processor } = createBatched();
    const latch = createLatch();
    processor.answer(latch.script);
    for (const event of [...eventsOf('info', 1), ...eventsOf('medium', 30)]) void batched.addEvent(event);
    const flushed = batched.flush();
    await settle();
    expect(processor.batches.map((batch) => batch[0]?.priority)).toEqual(['medium']);
    latch.open();
    await flushed;
    expect(processor.batches.map((batch) => batch[0]?.priority)).toEqual(['medium', 'medium', 'info']);
  });
});

describe('processHighPriorityImmediately', () => {
  test('high events go in the turn of their call, at most five in a batch', async () => {
    const { batched, processor } = createBatched();
    for (const event of eventsOf('high', 12)) void batched.addEvent(event);
    await settle();
    expect(processor.batches.map((batch) => batch.length)).toEqual([5, 5, 2]);
  });

  test('without it they wait for their 1,000 ms, and are still not told "buffered"', async () => {
    const { batched, processor } = createBatched({ processHighPriorityImmediately: false });
    const receipt = batched.addEvent(eventOf('high', { id: '01a1fdca-0cdf-7647-b221-ffffffffffff' }));
    await pass(995);
    expect(processor.batches).toEqual([]);
    await pass(10);
    expect(await receipt).toEqual({ id: '01a1fdca-0cdf-7647-b221-ffffffffffff', status: 'processed' });
  });

  test('one high batch that hangs does not hold up the next one', async () => {
    const { batched, processor } = createBatched({}, { script: () => new Promise(() => undefined) });
    void batched.addEvent(eventOf('high'));
    await settle();
    void batched.addEvent(eventOf('high'));
    await settle();
    expect(processor.batches).toHaveLength(2);
    processor.answer(takeAll);
    await pass(30_001);
    await pass(5001);
    expect(batched.getStats()).toMatchObject({ totalProcessed: 2, currentQueueSize: 0 });
  });
});

describe('maxRetryAttempts, retryDelay', () => {
  test('a batch that rejects is handed over again, each time after twice the pause, with the same events', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const { batched, processor } = createBatched({}, { script: reject() });
    void batched.addEvent(eventOf('critical'));
    await settle();
    for (const [waitMs, batches] of [
      [4990, 1],
      [20, 2],
      [9970, 2],
      [30, 3],
      [19_960, 3],
      [50, 4],
    ] as const) {
      await pass(waitMs);
      expect(processor.batches).toHaveLength(batches);
    }
    expect(new Set(processor.ids).size).toBe(1);
    await pass(3_600_000);
    expect(processor.batches).toHaveLength(4);
  });

  test('the pause is shorter by a random part of up to a half', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const { batched, processor } = createBatched({ retryDelay: 1000 }, { script: reject() });
    void batched.addEvent(eventOf('critical'));
    await pass(490);
    expect(processor.batches).toHaveLength(1);
    await pass(20);
    expect(processor.batches).toHaveLength(2);
  });

  test('with 0 attempts a failure is the end, and the event is in the spool', async () => {
    const { batched, processor, kept, told } = createBatched({ maxRetryAttempts: 0 }, { script: reject() });
    const event = eventOf('critical');
    expect(await batched.addEvent(event)).toEqual({ id: event.id, status: 'spooled' });
    expect(processor.batches).toHaveLength(1);
    expect(kept.map(({ id }) => id)).toEqual([event.id]);
    expect(told.failed).toMatchObject([{ id: event.id, type: event.type, reason: 'the sink is away' }]);
    expect(batched.getStats()).toMatchObject({ totalFailed: 1, currentQueueSize: 0 });
  });

  test('with a retryDelay of 0, what neither processor nor spool takes is tried about once a second', async () => {
    const keep = () => Promise.resolve({ status: 'rejected', reason: 'redis_away' } as const);
    const options = { retryDelay: 0, maxRetryAttempts: 2 };
    const { batched, processor } = createBatched(options, { script: reject(), gate: { keep } });
    void batched.addEvent(eventOf('critical'));
    await pass(10_500);
    expect(processor.batches.length).toBeGreaterThan(5);
    expect(processor.batches.length).toBeLessThan(15);
  });

  test('a retry that is taken ends there', async () => {
    const script = (events: readonly SecurityEvent[], call: number): unknown =>
      call < 3 ? takeNone(events, call) : takeAll(events, call);
    const { batched, processor, told } = createBatched({ retryDelay: 10 }, { script });
    const receipt = batched.addEvent(eventOf('high'));
    await pass(100);
    expect(await receipt).toMatchObject({ status: 'processed' });
    expect(processor.batches).toHaveLength(3);
    expect(told.processed.map(({ processed, failed }) => [processed, failed])).toEqual([
      [0, 1],
      [0, 1],
      [1, 0],
    ]);
    expect(told.failed).toEqual([]);
  });
});

test('processingTimeout ends a call that never settles, and its events are handed over again under their ids', async () => {
  const script = (events: readonly SecurityEvent[], call: number): unknown =>
    call === 1 ? new Promise(() => undefined) : takeAll(events, call);
  const { batched, processor, told } = createBatched({ processingTimeout: 700, retryDelay: 10 }, { script });
  const receipt = batched.addEvent(eventOf('critical'));
  await pass(695);
  expect(told.errors).toEqual([]);
  await pass(30);
  expect(told.errors).toMatchObject([{ name: 'BatchError', code: 'timeout', ids: [processor.ids[0]], attempt: 1 }]);
  expect(await receipt).toMatchObject({ status: 'processed' });
  expect(new Set(processor.ids).size).toBe(1);
});

test('client: what is not taken goes to the spool of the client that is given', async () => {
  const one = createBatched({ maxRetryAttempts: 0 }, { script: reject() });
  const two = createBatched({ maxRetryAttempts: 0 }, { script: reject() });
  await one.batched.addEvent(eventOf('critical'));
  expect([one.kept.length, two.kept.length]).toEqual([1, 0]);
});
