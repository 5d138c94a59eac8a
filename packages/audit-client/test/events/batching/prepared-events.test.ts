import { expect, test } from 'vitest';
import type { SecurityEvent } from '../../../src/events/index.ts';
import { createBatched, eventOf } from '../support/batched.ts';

test('events are prepared at the call however long they wait, and it is told once when each has come to its end', async () => {
  for (const options of [{}, { maxWaitTime: { info: 3_600_000 } }, { enableAutoFlush: false }]) {
    const prepared: SecurityEvent[] = [];
    const ended: SecurityEvent[] = [];
    const { batched, processor } = createBatched(options);
    Object.assign(processor, {
      prepare: (event: SecurityEvent) => {
        prepared.push(event);
        return null;
      },
      ended: (event: SecurityEvent) => void ended.push(event),
    });
    void batched.addEvent(eventOf('info'));
    expect(prepared).toHaveLength(1);
    expect(ended).toEqual([]);
    await batched.flush();
    expect(ended).toEqual(prepared);
  }
});

test('what is merged, gives way or is dropped has come to its end as well; what was refused at the door has not', async () => {
  const prepared = new Set<SecurityEvent>();
  const ended: SecurityEvent[] = [];
  const { batched, processor } = createBatched({ maxQueueSize: 4, enableAutoFlush: false, enableDeduplication: false });
  Object.assign(processor, {
    prepare: (event: SecurityEvent) => {
      prepared.add(event);
      return null;
    },
    ended: (event: SecurityEvent) => {
      if (prepared.has(event)) ended.push(event);
      else expect(event.coalesced).toBeDefined();
      throw new Error('who is there?');
    },
  });
  // From the fourth on they are merged; medium ones take the place of others, and one has no room.
  for (let n = 0; n < 5; n += 1) void batched.addEvent(eventOf('info', { dedupKey: `k${n % 2}` }));
  for (let n = 0; n < 5; n += 1) void batched.addEvent(eventOf('medium'));
  expect(ended.length).toBeGreaterThan(0);
  await batched.close();
  expect(batched.getStats()).toMatchObject({ totalDeduplicated: 0, totalDeduplicatedDropped: 3 });
  expect(batched.getStats().totalDropped).toBeGreaterThan(0);
  expect(new Set(ended)).toEqual(prepared);
  expect(ended).toHaveLength(prepared.size);
});

test('an object that has ended comes in no batch, though one with its id may', async () => {
  const ended: SecurityEvent[] = [];
  const { batched, processor } = createBatched({ maxQueueSize: 10, enableAutoFlush: false });
  Object.assign(processor, { prepare: () => null, ended: (event: SecurityEvent) => void ended.push(event) });
  for (let n = 0; n < 9; n += 1) void batched.addEvent(eventOf('info', { dedupKey: `k${n % 3}` }));
  const before = new Set(ended);
  expect(before.size).toBeGreaterThan(0);
  await batched.flush();
  expect(processor.events.filter((event) => before.has(event))).toEqual([]);
  expect(processor.events.filter(({ id }) => [...before].some((event) => event.id === id))).toHaveLength(3);
  expect(new Set(ended).size).toBe(ended.length);
});
