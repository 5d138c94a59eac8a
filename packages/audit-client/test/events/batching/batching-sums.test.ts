// Properties: whatever comes, in whatever order, and whatever the processor does, sums close and nothing vanishes.
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EVENT_PRIORITIES, type EventPriority } from '../../../src/events/index.ts';
import { createBatched, difference, eventOf, represented, settle } from '../support/batched.ts';
import { type Script, takeAll } from '../support/scripted-processor.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

type Step =
  | { readonly kind: 'add'; readonly priority: EventPriority; readonly alike: number; readonly count: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'flush' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      priority: fc.constantFrom(...EVENT_PRIORITIES),
      alike: fc.nat(6),
      count: fc.integer({ min: 1, max: 12 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 40_000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('flush' as const) }) },
);

/** How a processor answers one call. */
const answer = fc.constantFrom<Script>(
  takeAll,
  (events) => ({ processed: 0, failed: events.length }),
  (events) => ({ processed: events.length - 1, failed: 1, failedIds: [events[0]?.id] }),
  (events) => ({ processed: events.length - 1, failed: 1 }),
  (events) => ({ processed: events.length - 1, failed: 1, refused: [{ id: events.at(-1)?.id, reason: 'no' }] }),
  () => Promise.reject(new Error('away')),
  () => new Promise(() => undefined),
  () => 'nonsense',
);

const options = fc.record({
  maxQueueSize: fc.integer({ min: 1, max: 60 }),
  maxQueueBytes: fc.constantFrom(1024, 4096, 1_000_000),
  enableDeduplication: fc.boolean(),
  enableBackpressure: fc.boolean(),
  enablePrioritization: fc.boolean(),
  enableAutoFlush: fc.boolean(),
  processHighPriorityImmediately: fc.boolean(),
  maxRetryAttempts: fc.nat(2),
  deduplicationWindow: fc.integer({ min: 1, max: 50_000 }),
});

test('at every moment received = processed + deduplicated + failed + dropped + held, and the bound holds', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 25 }),
      fc.array(answer, { maxLength: 12 }),
      options,
      async (steps, answers, given) => {
        const script: Script = (events, call) => (answers[call - 1] ?? takeAll)(events, call);
        const { batched, told, givenUp } = createBatched({ ...given, retryDelay: 100 }, { script });
        let added = 0;
        let criticalAdded = 0;
        for (const taken of steps) {
          if (taken.kind === 'add') {
            for (let n = 0; n < taken.count; n += 1) {
              void batched.addEvent(eventOf(taken.priority, { details: { number: taken.alike } }));
            }
            added += taken.count;
            criticalAdded += taken.priority === 'critical' ? taken.count : 0;
          } else if (taken.kind === 'pass') {
            await vi.advanceTimersByTimeAsync(taken.ms);
          } else {
            void batched.flush();
          }
          const stats = batched.getStats();
          expect(difference(stats)).toBe(0);
          expect(stats.totalReceived - stats.totalSummaries).toBe(added);
          const summaries = stats.totalSummaries;
          expect(stats.currentQueueSize - criticalAdded - summaries).toBeLessThanOrEqual(given.maxQueueSize);
          expect(told.dropped.filter(({ priority }) => priority === 'critical')).toEqual([]);
        }
        const closing = batched.close();
        await vi.advanceTimersByTimeAsync(200_000);
        await closing;
        expect(batched.getStats().currentQueueSize).toBe(0);
        expect(difference(batched.getStats())).toBe(0);
        const { totalDropped, totalDeduplicated, totalDeduplicatedDropped } = batched.getStats();
        expect(represented(told.dropped)).toBe(totalDropped);
        expect(told.deduplicated).toHaveLength(totalDeduplicated + totalDeduplicatedDropped);
        expect(givenUp.reduce((sum, { count }) => sum + count, 0)).toBe(totalDropped);
      },
    ),
    { numRuns: 150 },
  );
});

test('added up over all that came out, with their counts, and all that was dropped, is every event that was logged', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), options, async (steps, given) => {
      const { batched, processor, told } = createBatched(given);
      let added = 0;
      for (const taken of steps) {
        if (taken.kind === 'add') {
          for (let n = 0; n < taken.count; n += 1) {
            void batched.addEvent(eventOf(taken.priority, { details: { number: taken.alike } }));
          }
          added += taken.count;
        } else {
          await vi.advanceTimersByTimeAsync(taken.kind === 'pass' ? taken.ms : 0);
        }
      }
      await batched.close();
      expect(represented(processor.events) + represented(told.dropped)).toBe(added);
      const stats = batched.getStats();
      expect(represented(processor.events) + stats.totalDropped).toBe(added);
      // Every logged event once: in its own row, or in another's.
      expect(stats.totalReceived - stats.totalSummaries).toBe(added);
      expect(stats.totalProcessed - stats.totalSummaries + stats.totalDeduplicated + stats.totalDropped).toBe(added);
      expect(difference(stats)).toBe(0);
      expect(new Set(processor.ids).size).toBe(processor.ids.length);
    }),
    { numRuns: 150 },
  );
});

test('a flush hands everything over by priority, each priority in the order in which it came', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...EVENT_PRIORITIES), { minLength: 1, maxLength: 200 }),
      async (priorities) => {
        const { batched, processor } = createBatched({ processHighPriorityImmediately: false });
        const events = priorities.map((priority) => eventOf(priority));
        for (const event of events) void batched.addEvent(event);
        await batched.flush();
        const expected = EVENT_PRIORITIES.flatMap((priority) => events.filter((event) => event.priority === priority));
        expect(processor.ids).toEqual(expected.map(({ id }) => id));
      },
    ),
    { numRuns: 50 },
  );
});

test('under pressure what gives way is never above what stays', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...EVENT_PRIORITIES), { maxLength: 80 }),
      fc.integer({ min: 1, max: 20 }),
      async (priorities, maxQueueSize) => {
        const { batched, processor, told } = createBatched({ maxQueueSize, processHighPriorityImmediately: false });
        for (const priority of priorities) void batched.addEvent(eventOf(priority));
        await batched.flush();
        await settle();
        const rank = (priority: EventPriority): number => EVENT_PRIORITIES.indexOf(priority);
        const stayed = processor.events
          .filter(({ priority }) => priority !== 'critical')
          .map(({ priority }) => rank(priority));
        const gone = told.dropped.map(({ priority }) => rank(priority));
        // Lower priorities have higher ranks: the highest that went is not above the lowest that stayed.
        if (stayed.length > 0 && gone.length > 0) {
          expect(Math.min(...gone)).toBeGreaterThanOrEqual(Math.max(...stayed));
        }
      },
    ),
    { numRuns: 100 },
  );
});

test('a flood of 100,000 events is held within its bound, loses no critical one, and adds up to the event', async () => {
  const { batched, processor, told } = createBatched({ maxQueueSize: 10_000, enableDeduplication: true });
  let criticals = 0;
  let largest = 0;
  for (let n = 0; n < 100_000; n += 1) {
    const priority: EventPriority = n % 100 === 0 ? 'critical' : n % 3 === 0 ? 'low' : 'info';
    criticals += priority === 'critical' ? 1 : 0;
    void batched.addEvent(eventOf(priority, { details: { number: n % 50_000 } }));
    if (n % 1000 === 0) largest = Math.max(largest, batched.getStats().currentQueueSize);
  }
  expect(largest).toBeLessThanOrEqual(10_000 + criticals);
  await batched.close();
  expect(represented(processor.events) + represented(told.dropped)).toBe(100_000);
  expect(represented(told.dropped)).toBe(batched.getStats().totalDropped);
  expect(represented(processor.events.filter(({ priority }) => priority === 'critical'))).toBe(criticals);
  expect(difference(batched.getStats())).toBe(0);
});
