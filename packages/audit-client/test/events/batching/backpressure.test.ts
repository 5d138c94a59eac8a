import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createBatched, difference, eventOf, eventsOf, settle } from '../support/batched.ts';
import { createLatch, reject, takeAll } from '../support/scripted-processor.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('enableBackpressure, maxQueueSize', () => {
  const full = { maxQueueSize: 10, enableAutoFlush: false };

  test('the newest event of the lowest priority gives way to a higher one, which is counted and told', async () => {
    const { batched, told, givenUp } = createBatched(full);
    const infos = eventsOf('info', 4);
    for (const event of [...infos, ...eventsOf('low', 6)]) void batched.addEvent(event);
    expect(await batched.addEvent(eventOf('medium'))).toMatchObject({ status: 'buffered' });
    expect(told.dropped).toMatchObject([{ id: infos[3]?.id, reason: 'backpressure' }]);
    expect(givenUp).toEqual([{ id: infos[3]?.id, reason: 'backpressure', count: 1 }]);
    expect(batched.getStats()).toMatchObject({ totalDropped: 1, currentQueueSize: 10 });
  });

  test('of equal priorities the one that comes is refused, and its caller is told', async () => {
    const { batched, told } = createBatched(full);
    for (const event of eventsOf('low', 10)) void batched.addEvent(event);
    const late = [eventOf('low'), eventOf('info')];
    for (const event of late) {
      expect(await batched.addEvent(event)).toEqual({ status: 'rejected', reason: 'dropped' });
    }
    expect(told.dropped.map(({ id }) => id)).toEqual(late.map(({ id }) => id));
  });

  test('identical events are merged before any is dropped, and nothing is lost of them', async () => {
    const { batched, processor, told, coalesced } = createBatched(full);
    const alike = Array.from({ length: 8 }, (_, second) =>
      eventOf('info', { occurredAt: 1000 * second, details: { number: 'the same' } }),
    );
    for (const event of [...alike, ...eventsOf('low', 9)]) void batched.addEvent(event);
    await settle();
    expect(told.dropped).toEqual([]);
    expect(told.deduplicated.map(({ reason }) => reason)).toEqual(Array.from({ length: 7 }, () => 'coalesced'));
    expect(coalesced).toHaveLength(7);
    await batched.flush();
    expect(processor.events.find(({ priority }) => priority === 'info')).toMatchObject({
      id: alike[0]?.id,
      coalesced: { count: 8, firstAt: 0, lastAt: 7000, firstId: alike[0]?.id },
    });
    expect(batched.getStats()).toMatchObject({ totalProcessed: 10, totalDeduplicated: 7, totalDropped: 0 });
  });

  test('critical events enter a full queue, and let the lowest give way', async () => {
    const { batched, processor, told } = createBatched(full);
    for (const event of eventsOf('info', 10)) void batched.addEvent(event);
    const latch = createLatch();
    processor.answer(latch.script);
    const criticals = eventsOf('critical', 25);
    for (const event of criticals) void batched.addEvent(event);
    await settle();
    expect(processor.ids).toEqual(criticals.map(({ id }) => id));
    expect(told.dropped.every(({ priority }) => priority === 'info')).toBe(true);
    expect(told.dropped).toHaveLength(10);
    latch.open();
    await batched.flush();
    expect(batched.getStats()).toMatchObject({ totalProcessed: 25, totalDropped: 10 });
  });

  test('pressure is told when it begins and when it ends, once each', async () => {
    const { batched, told } = createBatched(full);
    for (const event of eventsOf('info', 7)) void batched.addEvent(event);
    expect(told.pressure).toEqual([]);
    for (const event of eventsOf('info', 9)) void batched.addEvent(event);
    expect(told.pressure).toEqual(['on']);
    await batched.flush();
    expect(told.pressure).toEqual(['on', 'off']);
  });

  test('without backpressure a full queue refuses whatever comes but critical, and nothing is merged or told', async () => {
    const { batched, told } = createBatched({ ...full, enableBackpressure: false });
    const alike = Array.from({ length: 10 }, () => eventOf('info', { details: { number: 'the same' } }));
    for (const event of alike) void batched.addEvent(event);
    expect(await batched.addEvent(eventOf('high'))).toEqual({ status: 'rejected', reason: 'dropped' });
    expect(await batched.addEvent(eventOf('critical'))).toMatchObject({ status: 'processed' });
    expect(told.pressure).toEqual([]);
    expect(batched.getStats()).toMatchObject({ totalDropped: 1, totalDeduplicated: 0, currentQueueSize: 10 });
  });

  test('maxQueueSize bounds what waits, is under way and is to be tried again, together', async () => {
    const { batched } = createBatched({ maxQueueSize: 30 }, { script: reject() });
    for (let round = 0; round < 20; round += 1) {
      for (const event of [...eventsOf('medium', 20), ...eventsOf('info', 20)]) void batched.addEvent(event);
      await settle();
      expect(batched.getStats().currentQueueSize).toBeLessThanOrEqual(30);
      expect(difference(batched.getStats())).toBe(0);
    }
  });

  test('what has failed makes room for what comes: under pressure it is kept elsewhere, and its pauses end', async () => {
    const { batched, processor, told, kept, parked } = createBatched(
      { maxQueueSize: 20, maxBatchSize: { info: 2 }, retryDelay: 60_000 },
      { script: reject() },
    );
    for (let n = 0; n < 8; n += 1) {
      for (const event of eventsOf('info', 2)) void batched.addEvent(event);
      await settle();
    }
    expect(processor.events).toHaveLength(16);
    await settle();
    expect(kept.map(({ priority }) => priority)).toContain('info');
    processor.answer(takeAll);
    const receipts = await Promise.all(eventsOf('high', 18).map((event) => batched.addEvent(event)));
    expect(receipts.every(({ status }) => status === 'processed')).toBe(true);
    expect([told.dropped, parked]).toEqual([[], []]);
    expect(batched.getStats()).toMatchObject({ totalDropped: 0, totalProcessed: 18, totalFailed: 16 });
  });

  test('without pressure what has failed is tried again after its pause', async () => {
    const { batched, processor, kept } = createBatched(
      { maxBatchSize: { info: 2 }, retryDelay: 1000 },
      { script: reject() },
    );
    for (const event of eventsOf('info', 2)) void batched.addEvent(event);
    await settle();
    expect(kept).toEqual([]);
    await vi.advanceTimersByTimeAsync(1100);
    expect(processor.batches.length).toBeGreaterThan(1);
  });
});
