import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { DeduplicationStore, SecurityEvent } from '../../../src/events/index.ts';
import { toFingerprint } from '../../../src/events/batching/fingerprint.ts';
import { createBatched, difference, settle } from '../support/batched.ts';
import { buildSecurityEvent } from '../support/build-security-event.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

const ON = { enableDeduplication: true, preset: 'realtime' } as const;

function failure(overrides: Partial<SecurityEvent> = {}): SecurityEvent {
  return buildSecurityEvent({ details: { userId: 'u-17', ipAddress: '203.0.113.9' }, ...overrides });
}

describe('enableDeduplication, deduplicationWindow', () => {
  test('the first of identical events goes on, the others are counted, one summary stands for them at the end', async () => {
    const { batched, processor, told } = createBatched(ON);
    const events = [0, 1, 2, 3, 4].map((second) => failure({ occurredAt: second * 1000 }));
    const receipts = await Promise.all(events.map((event) => batched.addEvent(event)));
    expect(receipts.map(({ status }) => status)).toEqual([
      'buffered',
      ...Array.from({ length: 4 }, () => 'deduplicated'),
    ]);
    await vi.advanceTimersByTimeAsync(59_900);
    expect(processor.ids).toEqual([events[0]?.id]);
    expect(told.deduplicated).toMatchObject(events.slice(1).map(({ id }) => ({ id, reason: 'duplicate' })));
    await vi.advanceTimersByTimeAsync(200);
    expect(processor.events).toHaveLength(2);
    const [first, summary] = processor.events;
    expect(summary).toMatchObject({
      type: first?.type,
      details: first?.details,
      priority: first?.priority,
      occurredAt: 4000,
      coalesced: { count: 4, firstAt: 0, lastAt: 4000, firstId: first?.id },
    });
    expect(summary?.id).not.toBe(first?.id);
    expect(batched.getStats()).toMatchObject({
      totalReceived: 6,
      totalDeduplicated: 4,
      totalProcessed: 2,
      totalSummaries: 1,
    });
  });

  test('without it every event goes on', async () => {
    const { batched, processor } = createBatched({ ...ON, enableDeduplication: false });
    for (let n = 0; n < 3; n += 1) void batched.addEvent(failure());
    await vi.advanceTimersByTimeAsync(60_100);
    expect(processor.events).toHaveLength(3);
  });

  test('a shorter window ends earlier, and the next identical event is a first again', async () => {
    const { batched, processor } = createBatched({ ...ON, deduplicationWindow: 1000 });
    void batched.addEvent(failure());
    void batched.addEvent(failure());
    await vi.advanceTimersByTimeAsync(1030);
    expect(processor.events.map(({ coalesced }) => coalesced?.count)).toEqual([undefined, 1]);
    expect(await batched.addEvent(failure())).toMatchObject({ status: 'buffered' });
  });

  test('a window without duplicates makes no summary', async () => {
    const { batched, processor } = createBatched(ON);
    void batched.addEvent(failure());
    await vi.advanceTimersByTimeAsync(120_000);
    expect(processor.events).toHaveLength(1);
  });

  test('close ends the windows: their summaries are handed over', async () => {
    const { batched, processor } = createBatched(ON);
    void batched.addEvent(failure());
    void batched.addEvent(failure());
    await batched.close();
    expect(processor.events.map(({ coalesced }) => coalesced?.count)).toEqual([undefined, 1]);
  });

  test('more windows than are kept end the oldest one early, and no event is uncounted', async () => {
    const { batched, processor } = createBatched({ ...ON, maxQueueSize: 100_000 });
    void batched.addEvent(failure());
    void batched.addEvent(failure());
    for (let n = 0; n < 10_000; n += 1) void batched.addEvent(failure({ details: { n } }));
    await batched.flush();
    expect(processor.events.filter(({ coalesced }) => coalesced !== undefined)).toHaveLength(1);
    expect(difference(batched.getStats())).toBe(0);
  });
});

describe('what makes events identical', () => {
  const standing = async (first: Partial<SecurityEvent>, second: Partial<SecurityEvent>, options = {}) => {
    const { batched } = createBatched({ ...ON, ...options });
    await batched.addEvent(failure(first));
    return (await batched.addEvent(failure(second))).status;
  };

  test.each<readonly [string, Partial<SecurityEvent>, Partial<SecurityEvent>, string]>([
    [
      'another order of keys',
      { details: { a: 1, b: { c: 2, d: 3 } } },
      { details: { b: { d: 3, c: 2 }, a: 1 } },
      'deduplicated',
    ],
    ['another id of the request', { details: { requestId: 'a' } }, { details: { requestId: 'b' } }, 'deduplicated'],
    ['another correlation', { correlationId: 'a' }, { correlationId: 'b' }, 'deduplicated'],
    ['another type', { type: 'auth.login.failure' }, { type: 'auth.logout' }, 'buffered'],
    ['another source', { source: 'web' }, { source: 'api' }, 'buffered'],
    ['another priority', { priority: 'medium' }, { priority: 'low' }, 'buffered'],
    ['another severity', { severity: 'low' }, { severity: 'high' }, 'buffered'],
    ['another detail', { details: { userId: 'u-1' } }, { details: { userId: 'u-2' } }, 'buffered'],
    ['a number and its text', { details: { n: 1 } }, { details: { n: '1' } }, 'buffered'],
    [
      'a key inside of the id of the request',
      { details: { x: { requestId: 1 } } },
      { details: { x: { requestId: 2 } } },
      'buffered',
    ],
    [
      'the same dedupKey with other details',
      { dedupKey: 'k', details: { a: 1 } },
      { dedupKey: 'k', details: { a: 2 } },
      'deduplicated',
    ],
    ['another dedupKey with the same details', { dedupKey: 'k' }, { dedupKey: 'l' }, 'buffered'],
    ['the same dedupKey of another type', { dedupKey: 'k' }, { dedupKey: 'k', type: 'auth.logout' }, 'buffered'],
    [
      'a half pair that UTF-8 would make the same as another',
      { details: { a: '\ud800' } },
      { details: { a: '\ud801' } },
      'buffered',
    ],
    ['a class of the user', { details: { at: new Map([[1, 1]]) } }, { details: { at: new Map([[1, 1]]) } }, 'buffered'],
  ])('%s', async (_, first, second, expected) => {
    expect(await standing(first, second)).toBe(expected);
  });

  test('the user may say it: the fingerprint option replaces ours', async () => {
    const fingerprint = (event: SecurityEvent): string => String(event.details['userId']);
    expect(
      await standing({ details: { userId: 'u', n: 1 } }, { details: { userId: 'u', n: 2 } }, { fingerprint }),
    ).toBe('deduplicated');
  });

  test('a fingerprint that throws, or answers no text, stores the event', async () => {
    const throwing = (): string => {
      throw new Error('no');
    };
    expect(await standing({}, {}, { fingerprint: throwing })).toBe('buffered');
    expect(await standing({}, {}, { fingerprint: () => null })).toBe('buffered');
  });

  test('details that cannot be compared at a bounded cost are like no others', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    const hostile = {
      get secret() {
        throw new Error('no');
      },
    };
    const wide = Object.fromEntries(Array.from({ length: 600 }, (_, n) => [`k${n}`, n]));
    for (const details of [
      cyclic,
      hostile,
      wide,
      { text: 'x'.repeat(20_000) },
      {
        f: new Proxy(
          {},
          {
            ownKeys: () => {
              throw new Error('no');
            },
          },
        ),
      },
    ]) {
      expect(toFingerprint(failure({ details }))).toBeNull();
    }
  });
});

describe('deduplicationStore', () => {
  function createStore(claim: DeduplicationStore['claim']) {
    const claims: Parameters<DeduplicationStore['claim']>[] = [];
    const store: DeduplicationStore = {
      claim(...args) {
        claims.push(args);
        return claim(...args);
      },
    };
    return { store, claims };
  }
  const FIRST = { id: '01a1fdca-0cdf-7647-b221-00000000f1f1', at: 5 };

  test('an event that another process was first with is counted here, and the summary names that first one', async () => {
    const { store, claims } = createStore(() => Promise.resolve(FIRST));
    const { batched, processor } = createBatched({ ...ON, deduplicationStore: store });
    expect(await batched.addEvent(failure({ occurredAt: 9 }))).toMatchObject({ status: 'deduplicated' });
    expect(await batched.addEvent(failure({ occurredAt: 11 }))).toMatchObject({ status: 'deduplicated' });
    expect(claims).toHaveLength(1);
    expect(claims[0]?.[2]).toBe(60_000);
    await vi.advanceTimersByTimeAsync(60_100);
    expect(processor.events).toMatchObject([{ coalesced: { count: 2, firstAt: 5, lastAt: 11, firstId: FIRST.id } }]);
  });

  test('the first in all processes goes on', async () => {
    const { store } = createStore(() => Promise.resolve(null));
    const { batched } = createBatched({ ...ON, deduplicationStore: store });
    expect(await batched.addEvent(failure())).toMatchObject({ status: 'buffered' });
  });

  test('a store that rejects, throws or does not answer costs no event', async () => {
    for (const claim of [
      () => Promise.reject(new Error('away')),
      () => {
        throw new Error('broken');
      },
      () => new Promise<null>(() => undefined),
    ]) {
      const { batched, warnings } = createBatched({ ...ON, deduplicationStore: createStore(claim).store });
      const receipt = batched.addEvent(failure());
      await vi.advanceTimersByTimeAsync(260);
      expect(await receipt).toMatchObject({ status: 'buffered' });
      expect(warnings.length).toBeGreaterThan(0);
    }
  });

  test('while a slow one is asked about as many events as it may be, others go on without it', async () => {
    const { store, claims } = createStore(() => new Promise(() => undefined));
    const { batched, told } = createBatched({ ...ON, maxQueueSize: 40, deduplicationStore: store });
    for (let n = 0; n < 200; n += 1) void batched.addEvent(failure({ priority: 'info', details: { n } }));
    const high = batched.addEvent(failure({ priority: 'high' }));
    await settle();
    expect(claims.length).toBeLessThanOrEqual(20);
    expect(batched.getStats().currentQueueSize).toBeLessThanOrEqual(40);
    expect(told.dropped.map(({ priority }) => priority)).not.toContain('high');
    expect(await high).toMatchObject({ status: 'processed' });
    await vi.advanceTimersByTimeAsync(260);
    expect(difference(batched.getStats())).toBe(0);
  });

  test('no more than 1,000 events wait for its answer', async () => {
    const { store, claims } = createStore(() => new Promise(() => undefined));
    const { batched } = createBatched({ ...ON, maxQueueSize: 100_000, deduplicationStore: store });
    for (let n = 0; n < 1500; n += 1) void batched.addEvent(failure({ details: { n } }));
    await settle();
    expect(claims).toHaveLength(1000);
    await vi.advanceTimersByTimeAsync(260);
    expect(difference(batched.getStats())).toBe(0);
  });

  test('critical events do not wait for it', async () => {
    const { store, claims } = createStore(() => new Promise(() => undefined));
    const { batched, processor } = createBatched({ ...ON, deduplicationStore: store });
    void batched.addEvent(failure({ priority: 'critical' }));
    await settle();
    expect([claims.length, processor.events.length]).toEqual([0, 1]);
  });

  test('flush and close wait for the answers that are due', async () => {
    let answer: (first: null) => void = () => undefined;
    const { store } = createStore(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const { batched, processor } = createBatched({ ...ON, deduplicationStore: store });
    void batched.addEvent(failure());
    const flushed = batched.flush();
    expect(batched.getStats().currentQueueSize).toBe(1);
    answer(null);
    expect(await flushed).toEqual({ processed: 1, failed: 0 });
    expect(processor.events).toHaveLength(1);
  });
});
