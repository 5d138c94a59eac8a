import { describe, expect, test } from 'vitest';
import type { Pressure } from '../../../src/events/index.ts';
import { toEventBytes } from '../../../src/events/batching/event-bytes.ts';
import { createBatched, difference, eventOf, eventsOf } from '../support/batched.ts';
import { buildSecurityEvent } from '../support/build-security-event.ts';
import { createLatch } from '../support/scripted-processor.ts';

const KIB = 1024;
const large = (priority: 'info' | 'low' | 'high' | 'critical', characters = 10 * KIB) =>
  eventOf(priority, { details: { text: 'x'.repeat(characters) } });

describe('maxQueueBytes', () => {
  const bounded = { maxQueueBytes: 100 * KIB, enableAutoFlush: false };

  test('what waits keeps no more than that, and the lowest gives way first', async () => {
    const { batched, told } = createBatched(bounded);
    const pressures: Pressure[] = [];
    batched.on('backpressure:on', (pressure) => void pressures.push(pressure));
    for (let n = 0; n < 9; n += 1) void batched.addEvent(large('info'));
    expect(told.dropped).toEqual([]);
    expect(told.pressure).toEqual(['on']);
    expect(pressures).toMatchObject([{ currentQueueSize: 8, maxQueueBytes: 100 * KIB }]);
    expect(pressures[0]?.currentQueueBytes).toBeGreaterThan(80 * KIB);
    for (let n = 0; n < 5; n += 1) void batched.addEvent(large('low'));
    const { currentQueueSize, currentQueueBytes, totalDropped } = batched.getStats();
    expect([currentQueueSize, totalDropped]).toEqual([9, 5]);
    expect(currentQueueBytes).toBeGreaterThan(90 * KIB);
    expect(currentQueueBytes).toBeLessThanOrEqual(100 * KIB);
    expect(told.dropped.every(({ priority }) => priority === 'info')).toBe(true);
    await batched.flush();
    expect(batched.getStats().currentQueueBytes).toBe(0);
    expect(told.pressure).toEqual(['on', 'off']);
    expect(difference(batched.getStats())).toBe(0);
  });

  test('an event for which there is no room even then lets none give way; a critical one enters', async () => {
    const { batched, processor, told } = createBatched(bounded);
    for (const event of [eventOf('medium'), ...eventsOf('info', 5)]) void batched.addEvent(event);
    const huge = large('low', 200 * KIB);
    expect(await batched.addEvent(huge)).toEqual({ status: 'rejected', reason: 'dropped' });
    expect(told.dropped.map(({ id }) => id)).toEqual([huge.id]);
    const latch = createLatch();
    processor.answer(latch.script);
    const receipt = batched.addEvent(large('critical', 200 * KIB));
    latch.open();
    expect(await receipt).toMatchObject({ status: 'processed' });
    expect(told.dropped, 'none gives way to what has no room even then').toHaveLength(1);
  });

  test('what waits for the answer of a deduplication store counts: above it no more is asked', async () => {
    let claims = 0;
    const claim = (): Promise<null> => {
      claims += 1;
      return new Promise(() => undefined);
    };
    const options = { ...bounded, enableDeduplication: true, deduplicationStore: { claim } };
    const { batched } = createBatched(options);
    for (let n = 0; n < 30; n += 1) void batched.addEvent(large('info'));
    expect(claims).toBeLessThan(12);
    expect(batched.getStats().currentQueueBytes).toBeLessThan(120 * KIB);
  });

  test('an event alone is taken whatever its size', async () => {
    const { batched } = createBatched(bounded);
    expect(await batched.addEvent(large('info', 200 * KIB))).toMatchObject({ status: 'buffered' });
    expect(await batched.addEvent(eventOf('info'))).toMatchObject({ status: 'rejected' });
  });

  test('without backpressure what comes above it is refused', async () => {
    const { batched } = createBatched({ ...bounded, enableBackpressure: false });
    for (let n = 0; n < 9; n += 1) void batched.addEvent(large('info'));
    expect(await batched.addEvent(large('high'))).toEqual({ status: 'rejected', reason: 'dropped' });
    expect(await batched.addEvent(eventOf('high'))).toMatchObject({ status: 'processed' });
  });

  test('windows remember no more than that: the oldest ends early, and its summary is logged', async () => {
    const { batched, processor } = createBatched({ ...bounded, enableDeduplication: true });
    const first = large('low');
    for (let n = 0; n < 3; n += 1) void batched.addEvent({ ...first, id: large('low').id });
    for (let n = 0; n < 20; n += 1) {
      void batched.addEvent(large('low'));
      await batched.flush();
    }
    expect(processor.events.filter(({ coalesced }) => coalesced !== undefined)).toMatchObject([
      { coalesced: { count: 2 } },
    ]);
  });
});

describe('what an event keeps in memory', () => {
  const bytesOf = (details: object): number =>
    toEventBytes(buildSecurityEvent({ details: { ...details } })) - toEventBytes(buildSecurityEvent());

  test('is its characters, its keys, and what lies below them', () => {
    expect(bytesOf({ text: 'x'.repeat(1000) })).toBe(1020);
    expect(bytesOf({ a: { b: ['12345', 1] } })).toBe(2 + 5 + 4 * 16);
    expect(bytesOf({ bytes: Buffer.alloc(5000) })).toBe(5021);
    expect(toEventBytes(buildSecurityEvent({ dedupKey: 'x'.repeat(500) }))).toBe(
      toEventBytes(buildSecurityEvent()) + 500,
    );
  });

  test('is told at a bounded cost whatever was passed in, and no accessor is run', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic['a'] = cyclic['b'] = cyclic;
    const trap = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no');
        },
      },
    );
    const accessor = Object.defineProperty({}, 'a', { enumerable: true, get: () => expect.unreachable() });
    for (const value of [cyclic, trap, accessor, Array(4_000_000_000), new Map([[1, 1]])]) {
      expect(toEventBytes(buildSecurityEvent({ details: { value } }))).toBeLessThan(1_000_000);
    }
  });
});
