import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from 'vitest';
import type { SecurityEvent } from '../../../src/events/index.ts';
import { createBatched, difference, eventOf, eventsOf, settle } from '../support/batched.ts';
import { reject, takeAll } from '../support/scripted-processor.ts';

const QUICK = { retryDelay: 0 } as const;

describe('receipts', () => {
  test.each(['medium', 'low', 'info'] as const)(
    'a %s event is answered "buffered" while it waits',
    async (priority) => {
      const { batched, processor } = createBatched();
      const event = eventOf(priority);
      expect(await batched.addEvent(event)).toEqual({ id: event.id, status: 'buffered' });
      expect(processor.batches).toEqual([]);
    },
  );

  test.each(['critical', 'high'] as const)(
    'a %s event is answered when it is processed, with the receipt of the processor',
    async (priority) => {
      const script = (events: readonly SecurityEvent[]): unknown => ({
        processed: events.length,
        failed: 0,
        receipts: events.map(({ id }) => ({ id, status: 'stored' })),
      });
      const { batched } = createBatched({}, { script });
      const event = eventOf(priority);
      expect(await batched.addEvent(event)).toEqual({ id: event.id, status: 'stored' });
    },
  );

  test('a processor that tells nothing of receipts has "processed" it', async () => {
    const { batched } = createBatched();
    expect(await batched.addEvent(eventOf('high'))).toMatchObject({ status: 'processed' });
  });

  test('what the processor refuses at the call is answered so, and is not handed over', async () => {
    const { batched, processor, told } = createBatched();
    Object.assign(processor, { prepare: () => ({ status: 'rejected', reason: 'too_large' }) });
    expect(await batched.addEvent(eventOf('info'))).toEqual({ status: 'rejected', reason: 'too_large' });
    await batched.flush();
    expect(processor.batches).toEqual([]);
    expect(told.failed).toMatchObject([{ reason: 'too_large' }]);
    expect(batched.getStats()).toMatchObject({ totalReceived: 1, totalFailed: 1 });
  });

  test('a prepare that throws loses nothing', async () => {
    const { batched, processor, warnings } = createBatched();
    Object.assign(processor, {
      prepare: () => {
        throw new Error('no');
      },
    });
    expect(await batched.addEvent(eventOf('critical'))).toMatchObject({ status: 'processed' });
    expect(warnings).toHaveLength(1);
  });

  test('after close an event is answered "closed", counted and told', async () => {
    const { batched, told } = createBatched();
    await batched.close();
    expect(await batched.addEvent(eventOf('info'))).toEqual({ status: 'rejected', reason: 'closed' });
    expect(told.dropped).toMatchObject([{ reason: 'closed' }]);
    expect(batched.getStats()).toMatchObject({ totalReceived: 1, totalDropped: 1 });
  });
});

describe('an event of which only the type is given', () => {
  test('gets an id, the time, and the defaults of its type', async () => {
    const { batched, processor } = createBatched();
    await batched.addEvent({ type: 'threat.sql_injection' });
    expect(processor.events).toMatchObject([
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        priority: 'critical',
        severity: 'critical',
        source: 'system',
        details: {},
      },
    ]);
    expect(Math.abs((processor.events[0]?.occurredAt ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  test('is a copy: what the caller changes later is not seen', async () => {
    const { batched, processor } = createBatched();
    const event = { ...eventOf('info') };
    void batched.addEvent(event);
    Object.assign(event, { type: 'changed', priority: 'critical' });
    await batched.flush();
    expect(processor.events).toMatchObject([{ type: 'auth.login.failure', priority: 'info' }]);
  });
});

describe('what a processor does not take', () => {
  test('events that it names as failed are tried again, and no others', async () => {
    const script = (events: readonly SecurityEvent[], call: number): unknown =>
      call === 1 ? { processed: 2, failed: 1, failedIds: [events[1]?.id] } : { processed: events.length, failed: 0 };
    const { batched, processor } = createBatched(QUICK, { script });
    const events = eventsOf('info', 3);
    for (const event of events) void batched.addEvent(event);
    expect(await batched.flush()).toEqual({ processed: 3, failed: 0 });
    expect(processor.batches.map((batch) => batch.map(({ id }) => id))).toEqual([
      events.map(({ id }) => id),
      [events[1]?.id],
    ]);
  });

  test('without names all are tried again; in the end all are kept, and counted as the processor says', async () => {
    const script = (): unknown => ({ processed: 2, failed: 1 });
    const { batched, processor, kept, told } = createBatched({ ...QUICK, maxRetryAttempts: 1 }, { script });
    for (const event of eventsOf('info', 3)) void batched.addEvent(event);
    expect(await batched.flush()).toEqual({ processed: 2, failed: 1 });
    expect(processor.batches.map((batch) => batch.length)).toEqual([3, 3]);
    expect(kept).toHaveLength(3);
    expect(told.failed).toHaveLength(1);
    expect(batched.getStats()).toMatchObject({ totalProcessed: 2, totalFailed: 1 });
  });

  test('what it refuses is parked with its reason, at once, and the others of the batch are processed', async () => {
    const script = (events: readonly SecurityEvent[]): unknown => ({
      processed: events.length - 1,
      failed: 1,
      refused: [{ id: events[0]?.id, reason: 'no such tenant' }],
    });
    const { batched, processor, parked, told } = createBatched(QUICK, { script });
    const events = eventsOf('high', 3);
    const receipts = await Promise.all(events.map((event) => batched.addEvent(event)));
    expect(receipts.map(({ status }) => status)).toEqual(['parked', 'processed', 'processed']);
    expect(parked).toMatchObject([
      { event: { id: events[0]?.id }, reason: 'refused_by_processor', detail: 'no such tenant', attempts: 1 },
    ]);
    expect(told.failed).toMatchObject([{ id: events[0]?.id, reason: 'no such tenant' }]);
    expect(processor.batches).toHaveLength(1);
    expect(batched.getStats()).toMatchObject({ totalProcessed: 2, totalFailed: 1 });
  });

  test('what cannot be parked is kept instead, after as many attempts', async () => {
    let asked = 0;
    const park = (): Promise<void> => {
      asked += 1;
      return Promise.reject(new Error('away'));
    };
    const script = (events: readonly SecurityEvent[]): unknown => ({
      processed: 0,
      failed: 1,
      refused: [{ id: events[0]?.id, reason: 'no' }],
    });
    const { batched, kept } = createBatched({ ...QUICK, maxRetryAttempts: 2 }, { script, gate: { park } });
    expect(await batched.addEvent(eventOf('critical'))).toMatchObject({ status: 'spooled' });
    expect([asked, kept.length]).toEqual([3, 1]);
  });

  test('what neither takes is held and tried again, and dropped only by the close', async () => {
    let keeps = 0;
    const keep = (): Promise<{ status: 'rejected'; reason: 'redis_away' }> => {
      keeps += 1;
      return Promise.resolve({ status: 'rejected', reason: 'redis_away' });
    };
    const { batched, told, givenUp } = createBatched(
      { ...QUICK, maxRetryAttempts: 0 },
      { script: reject(), gate: { keep } },
    );
    const receipt = batched.addEvent(eventOf('critical'));
    await expect.poll(() => keeps).toBeGreaterThan(1);
    expect(batched.getStats()).toMatchObject({ totalDropped: 0, currentQueueSize: 1 });
    await batched.close();
    expect(await receipt).toMatchObject({ status: 'rejected' });
    expect(told.dropped).toMatchObject([{ reason: 'kept_nowhere' }]);
    expect(givenUp).toHaveLength(1);
    expect(difference(batched.getStats())).toBe(0);
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'done'],
    ['a count that is none', { processed: '1', failed: 0 }],
    ['a negative count', { processed: 1, failed: -1 }],
  ])('an answer that is no result (%s) counts as a failure', async (_, answer) => {
    const { batched, told, kept } = createBatched({ ...QUICK, maxRetryAttempts: 0 }, { script: () => answer });
    expect(await batched.addEvent(eventOf('critical'))).toMatchObject({ status: 'spooled' });
    expect(told.errors).toMatchObject([{ code: 'bad_result' }]);
    expect(kept).toHaveLength(1);
  });

  test('batch:error is an Error with the cause, the ids and the attempt', async () => {
    const { batched, told } = createBatched({ ...QUICK, maxRetryAttempts: 1 }, { script: reject('ECONNREFUSED') });
    const events = eventsOf('high', 2);
    await Promise.all(events.map((event) => batched.addEvent(event)));
    expect(told.errors).toMatchObject([
      {
        code: 'rejected',
        ids: events.map(({ id }) => id),
        priority: 'high',
        attempt: 1,
        cause: { message: 'ECONNREFUSED' },
      },
      { attempt: 2 },
    ]);
    expect(told.errors.every((error) => error instanceof Error)).toBe(true);
  });
});

describe('figures', () => {
  test('batch:processed tells counts, size, priority and time of a call', async () => {
    const { batched, told } = createBatched();
    for (const event of eventsOf('low', 3)) void batched.addEvent(event);
    await batched.flush();
    expect(told.processed).toEqual([
      { processed: 3, failed: 0, batchSize: 3, processingTime: expect.any(Number), priority: 'low' },
    ]);
  });

  test('getStats counts in all and by priority, and knows the mean time of a call', async () => {
    const { batched } = createBatched();
    expect(batched.getStats().averageProcessingTime).toBe(0);
    for (const event of [...eventsOf('high', 2), ...eventsOf('info', 3)]) void batched.addEvent(event);
    expect(batched.getStats()).toMatchObject({
      totalReceived: 5,
      currentQueueSize: 5,
      byPriority: { info: { currentQueueSize: 3 } },
    });
    await batched.flush();
    const stats = batched.getStats();
    expect(stats).toMatchObject({
      totalProcessed: 5,
      currentQueueSize: 0,
      byPriority: { high: { totalProcessed: 2 }, info: { totalProcessed: 3 } },
    });
    expect(stats.averageProcessingTime).toBeGreaterThan(0);
  });
});

describe('listeners', () => {
  test('one that throws or rejects reaches neither the caller nor the other listeners', async () => {
    const { batched, told, warnings } = createBatched();
    batched.prependListener('batch:processed', () => {
      throw new Error('listener');
    });
    Reflect.apply(batched.prependListener, batched, ['batch:processed', () => Promise.reject(new Error('listener'))]);
    expect(await batched.addEvent(eventOf('critical'))).toMatchObject({ status: 'processed' });
    await settle();
    expect(told.processed).toHaveLength(1);
    expect(warnings.map(({ condition }) => condition)).toHaveLength(2);
  });

  test('one that adds events, flushes and closes from within breaks no sum', async () => {
    const { batched, processor } = createBatched({ maxQueueSize: 10 });
    batched.on('backpressure:on', () => void batched.flush());
    batched.on('event:dropped', () => void batched.addEvent(eventOf('critical')));
    for (const event of eventsOf('info', 40)) void batched.addEvent(event);
    await batched.flush();
    batched.once('batch:processed', () => void batched.close());
    await batched.addEvent(eventOf('critical'));
    await batched.close();
    expect(difference(batched.getStats())).toBe(0);
    expect(batched.getStats().currentQueueSize).toBe(0);
    expect(new Set(processor.ids).size).toBe(processor.ids.length);
  });
});

test('a batch does not run in the request of the call that happened to fill it', async () => {
  const requests = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const script = (events: readonly SecurityEvent[]): unknown => {
    seen.push(requests.getStore());
    return takeAll(events, 0);
  };
  const { batched } = createBatched({}, { script });
  await requests.run('a request', () => batched.addEvent(eventOf('critical')));
  expect(seen).toEqual([undefined]);
});
