import { describe, expect, test, vi } from 'vitest';
import type { AuditClient } from '../../../src/audit-client.ts';
import { BatchedEventProcessor, QueueEventProcessor, type SecurityEvent } from '../../../src/events/index.ts';
import { EVENT_GATE } from '../../../src/events/processors/event-gate.ts';
import type { Receipt } from '../../../src/receipt.ts';
import { createBatched, difference, eventOf } from '../support/batched.ts';
import { reject, type Script } from '../support/scripted-processor.ts';
import { createStandInClient } from '../support/stand-in-client.ts';

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

class SilentError extends Error {
  override get message(): string {
    throw new Error('no message');
  }
}

/** A client of the user's, which has `logAudit` and nothing else to offer. */
function createPlainClient(logAudit: () => Promise<Receipt>): AuditClient {
  const { client } = createStandInClient();
  const { [EVENT_GATE]: _, ...plain } = client;
  return { ...plain, logAudit, logCriticalAudit: logAudit as never };
}

/** As an API client of JavaScript throws it. */
const withObject = (): Error => Object.assign(new Error('x'), { message: { code: 7 } });

const THROWN: Readonly<Record<string, () => unknown>> = {
  'an Error whose message is an object': withObject,
  'an Error whose message is a getter that throws': () => new SilentError(),
  'a revoked Proxy': revoked,
  'a Proxy that hides its prototype': () =>
    new Proxy(new Error('x'), {
      getPrototypeOf: () => {
        throw new Error('trap');
      },
    }),
  undefined: () => undefined,
};

/** Hands one event of three priorities over, and tells how all of it ended. */
async function handOver(script: Script) {
  const made = createBatched({ maxRetryAttempts: 1, retryDelay: 0 }, { script });
  const events = (['critical', 'high', 'info', 'info'] as const).map((priority) => eventOf(priority));
  const calls = events.map((event) => made.batched.addEvent(event));
  const flushed = await made.batched.flush();
  const receipts = await Promise.all(calls);
  const stats = made.batched.getStats();
  expect(difference(stats)).toBe(0);
  expect(stats.currentQueueSize).toBe(0);
  return { ...made, events, flushed, statuses: receipts.map(({ status }) => status) };
}

describe.each(Object.entries(THROWN))('%s', (_name, make) => {
  test('row 13: thrown by a processor, it is a failed batch, whose events are kept', async () => {
    const { flushed, statuses, kept, told } = await handOver(() => {
      throw make();
    });
    expect(flushed).toEqual({ processed: 0, failed: 4 });
    expect(statuses).toEqual(['spooled', 'spooled', 'buffered', 'buffered']);
    expect(kept).toHaveLength(4);
    expect(told.failed).toHaveLength(4);
  });

  test('row 13: thrown by a listener, it stays there', async () => {
    const { batched, processor } = createBatched();
    batched.on('batch:processed', () => {
      throw make();
    });
    const rejecting = async (): Promise<never> => {
      throw make();
    };
    Reflect.apply(batched.on, batched, ['batch:processed', rejecting]);
    expect(await batched.addEvent(eventOf('high'))).toMatchObject({ status: 'processed' });
    expect(processor.events).toHaveLength(1);
  });

  test('row 13: thrown where an event is prepared, it costs nothing', async () => {
    const { batched, processor } = createBatched();
    Object.assign(processor, {
      prepare() {
        throw make();
      },
    });
    expect(await batched.addEvent(eventOf('high'))).toMatchObject({ status: 'processed' });
  });
});

test('row 13: an answer of a processor that throws when it is read is no result', async () => {
  const { told, kept } = await handOver(() => ({
    get processed(): number {
      throw withObject();
    },
  }));
  expect(told.errors[0]).toMatchObject({ code: 'bad_result' });
  expect(kept).toHaveLength(4);
});

test.each([
  ['a text', 'no'],
  ['a number', 5],
  ['an empty object', {}],
  ['a receipt of another kind', { status: 'stored', id: 'x' }],
])('row 1: %s from `prepare` refuses nothing', async (_name, answer) => {
  const { batched, processor } = createBatched();
  Object.assign(processor, { prepare: () => answer });
  expect(await batched.addEvent(eventOf('high'))).toMatchObject({ status: 'processed' });
});

test('row 16: a processor that takes its events out of the list has them, and they end', async () => {
  const { flushed, statuses } = await handOver((events) => {
    const list = events as SecurityEvent[];
    return { processed: list.splice(0).length, failed: 0 };
  });
  expect(flushed).toEqual({ processed: 4, failed: 0 });
  expect(statuses).toEqual(['processed', 'processed', 'buffered', 'buffered']);
});

test('row 16: a processor cannot rewrite an event, neither for the figures nor for the spool', async () => {
  const { events, kept } = await handOver((batch) => {
    for (const event of batch) Object.assign(event, { priority: 'URGENT', id: 'x', details: {} });
    return { processed: batch.length, failed: 0 };
  });
  expect(kept.map(({ id }) => id).toSorted()).toEqual(events.map(({ id }) => id).toSorted());
});

test.each([
  ['none', []],
  ['numbers of its own', [1, 2, 3]],
])('row 1: a processor that failed and names %s has not processed anything', async (_name, failedIds) => {
  const { flushed, kept } = await handOver((events) => ({ processed: 0, failed: events.length, failedIds }));
  expect(flushed).toEqual({ processed: 0, failed: 4 });
  expect(kept).toHaveLength(4);
});

test('row 1: what a processor refuses ends, though nobody knows of the rest which of them failed', async () => {
  const unavailable = { park: () => Promise.reject(new Error('away')) };
  const { batched, kept, told } = createBatched(
    { maxRetryAttempts: 1, retryDelay: 0 },
    {
      gate: unavailable,
      script: (events) => ({
        processed: events.length - 2,
        failed: Math.min(2, events.length),
        refused: [{ id: events[0]?.id, reason: 'no' }],
      }),
    },
  );
  for (let count = 0; count < 3; count += 1) void batched.addEvent(eventOf('info'));
  await batched.flush();
  expect(difference(batched.getStats())).toBe(0);
  expect(kept).toHaveLength(3);
  expect(told.dropped).toEqual([]);
});

test.each([
  ['nothing', undefined],
  ['an empty object', {}],
  ['a time without an id', { at: 5 }],
  ['a text', 'x'],
])(
  'row 1: a deduplication store that answers %s makes each event the first, and ends no process',
  async (_n, answer) => {
    const { batched, processor, warnings } = createBatched({
      enableDeduplication: true,
      deduplicationWindow: 20,
      deduplicationStore: { claim: () => Promise.resolve(answer as unknown as null) },
    });
    const event = eventOf('high', { dedupKey: 'same' });
    expect(await batched.addEvent(event)).toMatchObject({ status: 'processed' });
    await batched.close();
    expect(processor.ids).toEqual([event.id]);
    expect(warnings).toHaveLength(1);
  },
);

test.each([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'queued'],
  ['an object without a status', { id: 'x' }],
])('row 1: a client of the user that answers %s has taken no event, and ends no process', async (_name, answer) => {
  const logAudit = vi.fn(() => Promise.resolve(answer as unknown as Receipt));
  const plain = createPlainClient(logAudit);
  const batched = new BatchedEventProcessor(new QueueEventProcessor({ client: plain }), {
    client: plain,
    maxRetryAttempts: 0,
    retryDelay: 0,
    enableDeduplication: false,
  });
  for (const priority of ['critical', 'info'] as const) void batched.addEvent(eventOf(priority));
  void batched.flush();
  // Handed over, kept, and handed over again.
  await expect.poll(() => logAudit.mock.calls.length).toBeGreaterThan(4);
  expect(batched.getStats()).toMatchObject({ currentQueueSize: 2, totalProcessed: 0 });
  await batched.close();
  expect(batched.getStats()).toMatchObject({ currentQueueSize: 0, totalDropped: 2 });
});

test.each(['invalid', 'too_large'] as const)(
  'row 1: an event that a client of the user finds %s is at its end, since nobody can park it',
  async (reason) => {
    const rejection = { status: 'rejected', reason } as const;
    const plain = createPlainClient(() => Promise.resolve(rejection));
    const batched = new BatchedEventProcessor(new QueueEventProcessor({ client: plain }), { client: plain });
    const told: string[] = [];
    batched.on('event:dropped', (event) => void told.push(event.reason));
    expect(await batched.addEvent(eventOf('high'))).toEqual(rejection);
    expect(told).toEqual([reason]);
    await batched.close();
  },
);

test('row 13: an event whose way throws is answered "internal"', async () => {
  const giveUp = (): never => {
    throw new Error('no giving up here');
  };
  const { batched, warnings } = createBatched({}, { gate: { giveUp } });
  await batched.close();
  expect(await batched.addEvent(eventOf('high'))).toEqual({ status: 'rejected', reason: 'internal' });
  expect(warnings).toHaveLength(1);
});

test('row 13: a place for undelivered events that throws ends no process, and its events end', async () => {
  const keep = (): never => {
    throw new Error('no keeping here');
  };
  const { batched, warnings, told } = createBatched({ maxRetryAttempts: 0 }, { gate: { keep }, script: reject() });
  expect(await batched.addEvent(eventOf('high'))).toEqual({ status: 'rejected', reason: 'internal' });
  expect(told.dropped).toMatchObject([{ reason: 'internal' }]);
  expect(warnings.map(({ condition }) => condition)).toContain('a batch could not be brought to its end');
});

test('row 14: what an event was coalesced from is read once', async () => {
  let reads = 0;
  const coalesced = {
    get count(): number {
      reads += 1;
      if (reads > 1) throw new Error('read twice');
      return 3;
    },
    firstAt: 1,
    lastAt: 2,
    firstId: 'x',
  };
  const { batched, processor } = createBatched();
  expect(await batched.addEvent(eventOf('high', { coalesced }))).toMatchObject({ status: 'processed' });
  expect(processor.events[0]?.coalesced).toEqual({ count: 3, firstAt: 1, lastAt: 2, firstId: 'x' });
});

test.each(['event:dropped', 'event:deduplicated'] as const)(
  'row 25: a listener of %s that adds another such event meets its end, and every event is counted',
  async (name) => {
    const { batched } = createBatched({ maxQueueSize: 10, enableDeduplication: name === 'event:deduplicated' });
    const type = 'log.of.events';
    let told = 0;
    batched.on(name, () => {
      told += 1;
      void batched.addEvent({ type, priority: 'info', details: name === 'event:dropped' ? { told } : {} });
    });
    for (let count = 0; count < 30; count += 1) {
      // Those that are to be dropped must be like no other, or they would be merged.
      const details = name === 'event:dropped' ? { count } : {};
      void batched.addEvent({ type, priority: 'high', details });
    }
    await batched.flush();
    expect(told).toBeGreaterThan(0);
    expect(difference(batched.getStats())).toBe(0);
    await batched.close();
    expect(batched.getStats()).toMatchObject({ currentQueueSize: 0 });
  },
);

test.each([true, false])(
  'row 25: a fingerprint that adds an event loses none and ends (deduplication: %s)',
  async (enableDeduplication) => {
    const { batched, processor, told } = createBatched({
      maxQueueSize: 10,
      enableDeduplication,
      fingerprint: (event) => {
        void batched.addEvent({ type: 'from.fingerprint', priority: 'low', details: { of: event.id } });
        return event.id;
      },
    });
    for (const event of Array.from({ length: 12 }, () => eventOf('info'))) void batched.addEvent(event);
    await batched.flush();
    const stats = batched.getStats();
    expect(difference(stats)).toBe(0);
    expect(stats.currentQueueSize).toBe(0);
    expect(processor.ids).toHaveLength(stats.totalProcessed);
    expect(told.dropped).toHaveLength(stats.totalDropped);
  },
);
