import type { LedgerLag } from '@auditlane/store';
import { describe, expect, test } from 'vitest';
import { createLossWatch } from '../src/monitoring/loss-facts.ts';
import type { LossFacts, StoredLosses } from '../src/monitoring/loss-facts.ts';
import { lossFindings } from '../src/monitoring/loss-rules.ts';
import { toFleetMetrics } from '../src/monitoring/to-fleet-metrics.ts';
import type { FleetMetrics } from '../src/monitoring/audit-metrics.ts';
import {
  buildQueueState,
  buildRedisFacts,
  buildView,
  LIMITS,
  LONG_AGO,
  NO_LOSS_FACTS,
  NO_LOSSES,
  NOW,
} from './fixtures/fleet.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const GROWTH = NO_LOSS_FACTS.growth;

function judge(
  losses: Partial<LossFacts>,
  numbers: Partial<FleetMetrics> = {},
  { lastSuccessAt = null, watchingSince = LONG_AGO }: { lastSuccessAt?: Date | null; watchingSince?: number } = {},
) {
  const facts = { ...NO_LOSS_FACTS, ...losses };
  const drops = { isHappening: false, lastMinute: 0 };
  const metrics = { ...toFleetMetrics(buildView(), LIMITS, { drops, losses: facts }), ...numbers };
  const maintenance = [{ task: 'losses', lastSuccessAt, lastFailureAt: null }];
  return lossFindings({
    at: NOW,
    watchingSince,
    metrics,
    isRedisConnected: true,
    losses: facts,
    maintenance,
  }).map(({ condition, severity }) => [condition, severity]);
}

const BLOCKER: LedgerLag['blocker'] = {
  pid: 42,
  application: 'psql"}\n',
  state: 'idle in transaction',
  openSeconds: 99,
};

test.each<[string, Partial<LossFacts>, Partial<FleetMetrics>, string | null]>([
  ['missing', { missingEvents: 4, missingProducers: 1, newestLossAgeMs: MINUTE_MS }, {}, 'critical'],
  ['missing', { missingEvents: 4, missingProducers: 1, newestLossAgeMs: 2 * HOUR_MS }, {}, 'warning'],
  ['conservation', { openMs: 59_999 }, { conservation_difference: 3 }, null],
  ['conservation', { openMs: 60_000 }, { conservation_difference: 3 }, 'critical'],
  ['conservation', { openMs: 2 * HOUR_MS, unchangedMs: 2 * HOUR_MS }, { conservation_difference: 3 }, 'warning'],
  ['foreign_pushes', { openMs: 60_000, unchangedMs: 60_000 }, { conservation_difference: -3 }, 'warning'],
  ['foreign_pushes', { openMs: HOUR_MS, unchangedMs: HOUR_MS }, { conservation_difference: -3 }, null],
  ['incarnation', { incarnationAgeMs: 0 }, {}, 'critical'],
  ['incarnation', { incarnationAgeMs: 2 * HOUR_MS }, {}, null],
  ['replayed', { growth: { ...GROWTH, replayed: 1 } }, {}, 'warning'],
  ['overflow', { growth: { ...GROWTH, overflow: 1 } }, {}, 'warning'],
  ['spool_faults', { growth: { ...GROWTH, spool_faults: 1 } }, {}, 'warning'],
  ['queue_age', {}, { oldest_event_age_ms: 60_000 }, null],
  ['queue_age', {}, { oldest_event_age_ms: 60_001 }, 'warning'],
  ['queue_age', {}, { oldest_event_age_ms: 300_001 }, 'critical'],
  ['parked', { growth: { ...GROWTH, dead: 9, enqueued: 100 } }, {}, 'warning'],
  ['parked', { growth: { ...GROWTH, dead: 10, enqueued: 999 } }, {}, 'critical'],
  ['parked', { growth: { ...GROWTH, dead: 10, enqueued: 1000 } }, {}, 'warning'],
  ['held', {}, { held_events: 1 }, 'warning'],
  ['dead_letter_age', {}, { oldest_dead_letter_age_ms: 8 * 24 * HOUR_MS }, 'warning'],
  ['adopted', { growth: { ...GROWTH, adopted: 21 } }, {}, 'warning'],
  ['adopted', { growth: { ...GROWTH, fenced: 1 } }, {}, 'warning'],
  ['ledger_lag', { lagSeconds: 61, blocker: BLOCKER }, {}, 'warning'],
  ['ledger_lag', { lagSeconds: 60, blocker: BLOCKER }, {}, null],
])('%s with %j and %j is %s', (condition, losses, numbers, severity) => {
  expect(judge(losses, numbers)).toEqual(severity === null ? [] : [[condition, severity]]);
});

test('losses that nobody looks for are told once somebody did', () => {
  expect(judge({}, {}, { lastSuccessAt: null })).toEqual([]);
  expect(judge({}, {}, { lastSuccessAt: new Date(NOW - 119_000) })).toEqual([]);
  expect(judge({}, {}, { lastSuccessAt: new Date(NOW - 120_000) })).toEqual([['losses_unwatched', 'warning']]);
});

test('a look of before the start is no trouble until the next one is overdue', () => {
  const lastSuccessAt = new Date(NOW - 11 * MINUTE_MS);
  expect(judge({}, {}, { lastSuccessAt, watchingSince: NOW - 119_000 })).toEqual([]);
  expect(judge({}, {}, { lastSuccessAt, watchingSince: NOW - 120_000 })).toEqual([['losses_unwatched', 'warning']]);
});

test('where to look first for missing events is the spool on the host of their producer', () => {
  const losses = { ...NO_LOSS_FACTS, missingEvents: 1, missingProducers: 1 };
  const metrics = toFleetMetrics(buildView(), LIMITS, { drops: { isHappening: false, lastMinute: 0 }, losses });
  const [finding] = lossFindings({
    at: NOW,
    watchingSince: LONG_AGO,
    metrics,
    isRedisConnected: true,
    losses,
    maintenance: [],
  });
  expect(finding?.action).toMatch(
    /^npx auditlane spool list on the producer's host; then select .*audit\.loss\.detected/,
  );
});

describe('what a monitor remembers', () => {
  const at = (minutes: number): number => NOW + minutes * MINUTE_MS;
  const facts = (queue: Parameters<typeof buildQueueState>[0]) => buildRedisFacts({ queue: buildQueueState(queue) });

  test('is how long the sums have been open, whatever the difference, and not while Redis is away', () => {
    const watch = createLossWatch();
    expect(watch(at(0), facts({ conservationDifference: 2 }), NO_LOSSES)).toMatchObject({ openMs: 0 });
    expect(watch(at(1), null, NO_LOSSES)).toMatchObject({ openMs: MINUTE_MS });
    expect(watch(at(2), facts({ conservationDifference: 5 }), NO_LOSSES)).toMatchObject({
      openMs: 2 * MINUTE_MS,
      unchangedMs: 0,
    });
    expect(watch(at(3), facts({}), NO_LOSSES)).toMatchObject({ openMs: 0, unchangedMs: 0 });
  });

  test('is the data set of Redis: an empty one is not another one before its first push', () => {
    const watch = createLossWatch();
    expect(watch(at(0), facts({ incarnation: 'a' }), NO_LOSSES).incarnationAgeMs).toBeNull();
    expect(watch(at(1), facts({ incarnation: null }), NO_LOSSES).incarnationAgeMs).toBeNull();
    expect(watch(at(2), facts({ incarnation: 'b' }), NO_LOSSES).incarnationAgeMs).toBe(0);
    expect(watch(at(3), facts({ incarnation: 'b' }), null)).toMatchObject({
      incarnationAgeMs: MINUTE_MS,
      incarnationChanges: 1,
    });
  });

  test('outlives the process by what maintenance has noted', () => {
    const noted: StoredLosses = { ...NO_LOSSES, incarnation: { changes: 2, changedAt: new Date(at(-1)) } };
    expect(createLossWatch()(at(0), facts({}), noted)).toMatchObject({
      incarnationAgeMs: MINUTE_MS,
      incarnationChanges: 2,
    });
    const first: StoredLosses = { ...NO_LOSSES, incarnation: { changes: 0, changedAt: new Date(at(-1)) } };
    expect(createLossWatch()(at(0), facts({}), first).incarnationAgeMs).toBeNull();
  });

  test('names producers of ours with their numbers, and repeats no foreign name', () => {
    const missing = {
      events: 3,
      producers: 2,
      newestAt: new Date(at(0)),
      newest: [
        { producerId: '0a1b', ranges: [{ first: 5, last: 6 }] },
        { producerId: '<script>', ranges: [{ first: 1, last: 1 }] },
      ],
    };
    expect(createLossWatch()(at(0), facts({}), { ...NO_LOSSES, missing }).missingText).toBe(
      '0a1b 5-6; a foreign producer 1',
    );
  });
});
