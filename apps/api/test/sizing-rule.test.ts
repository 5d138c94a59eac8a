import { expect, test } from 'vitest';
import type { FleetMetrics } from '../src/monitoring/audit-metrics.ts';
import { findTooSmall } from '../src/monitoring/sizing-rule.ts';
import type { SizingFacts } from '../src/monitoring/sizing-rule.ts';
import { toFleetMetrics } from '../src/monitoring/to-fleet-metrics.ts';
import { buildView, LIMITS, LONG_AGO, NO_LOSS_FACTS, NOW } from './fixtures/fleet.ts';

const REMEMBERED = { drops: { isHappening: false, lastMinute: 0 }, losses: NO_LOSS_FACTS };
const STRAINED = { queue_usage_percent: 51, workers_running: 1, queue_capacity: 10_000 };

function facts(growth: Partial<SizingFacts['losses']['growth']>, numbers: Partial<FleetMetrics>): SizingFacts {
  return {
    at: NOW,
    watchingSince: LONG_AGO,
    isRedisConnected: true,
    maintenance: [],
    largeBatchSize: 1000,
    losses: { ...NO_LOSS_FACTS, growth: { ...NO_LOSS_FACTS.growth, ...growth } },
    metrics: { ...toFleetMetrics(buildView(), LIMITS, REMEMBERED), ...numbers },
  };
}

test('a strained fleet that is smaller than its load needs is told what to add', () => {
  expect(findTooSmall(facts({ enqueued: 30_000 }, STRAINED))).toEqual({
    condition: 'sizing',
    severity: 'warning',
    message: 'Too small for its load! Events in the last minute: 30000',
    action:
      'npm run pm2 -- scale audit-worker 2 (there are 1); AUDIT_MAX_QUEUE_LENGTH=50000 (it is 10000) for clients, workers and the API',
  });
});

test('batches that are smaller than the table says are told, also when nothing else is missing', () => {
  const large = { ...STRAINED, workers_running: 2, queue_capacity: 200_000 };
  const found = findTooSmall({ ...facts({ enqueued: 30_000 }, large), largeBatchSize: 100 });
  expect(found?.action).toBe('AUDIT_BATCH_LARGE=1000 (it is 100) for the workers and the API');
});

test.each([
  ['at the end of', 1000, null],
  ['above', 1001, 'npm run pm2 -- scale audit-worker 2 (there are 1)'],
])('a load %s a row is judged by the row of the table: %i', (_where, enqueued, action) => {
  expect(findTooSmall(facts({ enqueued }, STRAINED))?.action ?? null).toBe(action);
});

test('events that found no room belong to the load', () => {
  const found = findTooSmall(facts({ enqueued: 9000, overflow: 2000 }, { ...STRAINED, workers_running: 2 }));
  expect(found?.action).toBe('AUDIT_MAX_QUEUE_LENGTH=50000 (it is 10000) for clients, workers and the API');
});

test.each([
  ['keeps up', { enqueued: 30_000 }, { ...STRAINED, queue_usage_percent: 50 }],
  ['is as large as it should be', { enqueued: 30_000 }, { ...STRAINED, workers_running: 2, queue_capacity: 50_000 }],
  ['has hardly any load', { enqueued: 999 }, STRAINED],
  ['has a load that nobody has seen yet', {}, { ...STRAINED, workers_running: 0 }],
])('nothing is told of a fleet that %s', (_what, growth, numbers) => {
  expect(findTooSmall(facts(growth, numbers))).toBeNull();
});

test.each([
  ['the oldest event has waited a minute', { enqueued: 5000 }, { queue_usage_percent: 1, oldest_event_age_ms: 60_001 }],
  ['the queue has refused events', { enqueued: 5000, overflow: 1 }, { queue_usage_percent: 1 }],
])('a fleet is strained when %s', (_what, growth, numbers) => {
  expect(findTooSmall(facts(growth, { ...STRAINED, ...numbers }))).toMatchObject({ condition: 'sizing' });
});

test('nothing is told while Redis is away: its numbers are old', () => {
  expect(findTooSmall({ ...facts({ enqueued: 30_000 }, STRAINED), isRedisConnected: false })).toBeNull();
});
