// What an event stood for is lost with it: that is counted, and nobody is told that it is counted elsewhere.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createBatched, difference, eventOf, eventsOf, represented, settle } from '../support/batched.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

const alike = { details: { number: 'the same' } };
const full = { maxQueueSize: 10, enableAutoFlush: false };

describe('an event that stands for others and is dropped', () => {
  test('a merged one is as many dropped events as were merged into it', async () => {
    const { batched, told, givenUp } = createBatched(full);
    for (let n = 0; n < 12; n += 1) void batched.addEvent(eventOf('info', alike));
    expect(batched.getStats()).toMatchObject({ totalReceived: 12, totalDropped: 0 });
    for (const event of eventsOf('low', 10)) void batched.addEvent(event);
    await settle();
    expect(represented(told.dropped)).toBe(12);
    expect(givenUp).toMatchObject([{ reason: 'backpressure', count: 12 }]);
    expect(batched.getStats()).toMatchObject({
      totalReceived: 22,
      totalDropped: 12,
      totalDeduplicated: 0,
      totalDeduplicatedDropped: 11,
      currentQueueSize: 10,
    });
    expect(difference(batched.getStats())).toBe(0);
  });

  test('a summary is as many as it counted, and is itself no event of anybody', async () => {
    const { batched, processor, told, givenUp } = createBatched({ ...full, enableDeduplication: true });
    for (let n = 0; n < 5; n += 1) void batched.addEvent(eventOf('info', alike));
    await batched.flush();
    for (const event of eventsOf('medium', 10)) void batched.addEvent(event);
    await vi.advanceTimersByTimeAsync(60_100);
    expect(told.dropped).toMatchObject([{ coalesced: { count: 4 }, reason: 'backpressure' }]);
    expect(givenUp).toMatchObject([{ count: 4 }]);
    expect(batched.getStats()).toMatchObject({
      totalReceived: 15,
      totalDropped: 4,
      totalDeduplicated: 0,
      totalDeduplicatedDropped: 4,
      totalSummaries: 0,
      totalSummariesDropped: 1,
      currentQueueSize: 10,
    });
    await batched.close();
    expect(represented(processor.events) + batched.getStats().totalDropped).toBe(15);
    expect(difference(batched.getStats())).toBe(0);
  });

  test('a listener that adds events while others are being merged changes nothing of the sums', async () => {
    const { batched, processor, told } = createBatched(full);
    let added = 0;
    batched.on('event:deduplicated', () => {
      if (added === 0) for (const event of eventsOf('high', (added = 12))) void batched.addEvent(event);
    });
    for (let n = 0; n < 8; n += 1) void batched.addEvent(eventOf('info', alike));
    await batched.flush();
    expect(represented(processor.events) + represented(told.dropped)).toBe(8 + added);
    expect(represented(told.dropped)).toBe(batched.getStats().totalDropped);
    expect(difference(batched.getStats())).toBe(0);
  });
});

describe('the first of identical events is nowhere', () => {
  const on = { ...full, enableDeduplication: true };

  test('when it was refused under pressure, the next one is a first again', async () => {
    const { batched } = createBatched(on);
    for (const event of eventsOf('low', 10)) void batched.addEvent(event);
    expect(await batched.addEvent(eventOf('info', alike))).toMatchObject({ status: 'rejected' });
    await batched.flush();
    expect(await batched.addEvent(eventOf('info', alike))).toMatchObject({ status: 'buffered' });
    expect(await batched.addEvent(eventOf('info', alike))).toMatchObject({ status: 'deduplicated' });
  });

  test('when it gave way, the next one is a first again, and the summary names that one', async () => {
    const { batched, processor, told } = createBatched(on);
    const gone = eventOf('info', alike);
    void batched.addEvent(gone);
    void batched.addEvent(eventOf('info', alike));
    for (const event of eventsOf('low', 10)) void batched.addEvent(event);
    expect(told.dropped.map(({ id }) => id)).toEqual([gone.id]);
    await batched.flush();
    const next = eventOf('info', alike);
    expect(await batched.addEvent(next)).toMatchObject({ status: 'buffered' });
    void batched.addEvent(eventOf('info', alike));
    await batched.close();
    const summary = processor.events.find(({ coalesced }) => coalesced !== undefined);
    expect(summary).toMatchObject({ coalesced: { count: 2, firstId: next.id } });
    expect(represented(processor.events) + represented(told.dropped)).toBe(14);
  });

  test('when no other came, the summary stands for itself', async () => {
    const { batched, processor } = createBatched(on);
    void batched.addEvent(eventOf('info', alike));
    void batched.addEvent(eventOf('info', { ...alike, occurredAt: 7 }));
    for (const event of eventsOf('low', 10)) void batched.addEvent(event);
    await batched.flush();
    await batched.close();
    const summary = processor.events.find(({ coalesced }) => coalesced !== undefined);
    expect(summary?.coalesced).toEqual({ count: 1, firstAt: 7, lastAt: expect.any(Number), firstId: summary?.id });
  });

  test('when its processor refused it at the call, the next one is a first again', async () => {
    const { batched, processor } = createBatched(on);
    let isRefusing = true;
    Object.assign(processor, { prepare: () => (isRefusing ? { status: 'rejected', reason: 'too_large' } : null) });
    expect(await batched.addEvent(eventOf('info', alike))).toMatchObject({ status: 'rejected' });
    isRefusing = false;
    expect(await batched.addEvent(eventOf('info', alike))).toMatchObject({ status: 'buffered' });
  });

  test('merged into another, that one is named by the summary', async () => {
    const { batched, processor } = createBatched({ ...on, deduplicationWindow: 1000 });
    const waiting = eventOf('info', alike);
    void batched.addEvent(waiting);
    await vi.advanceTimersByTimeAsync(1100);
    for (const event of eventsOf('low', 7)) void batched.addEvent(event);
    // The first of a second window, and its duplicate.
    for (let n = 0; n < 2; n += 1) void batched.addEvent(eventOf('info', alike));
    await batched.flush();
    await batched.close();
    const rows = processor.events.filter(({ priority }) => priority === 'info');
    expect(rows.map(({ coalesced }) => coalesced?.firstId)).toEqual(rows.map(() => waiting.id));
    expect(rows.length).toBe(2);
  });
});
