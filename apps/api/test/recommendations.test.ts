import { describe, expect, test } from 'vitest';
import { toHealthStatus } from '../src/monitoring/health.ts';
import { findingsOf, toRecommendations } from '../src/monitoring/recommendations.ts';
import type { Facts } from '../src/monitoring/recommendations.ts';
import { toFleetMetrics } from '../src/monitoring/to-fleet-metrics.ts';
import type { FleetMetrics } from '../src/monitoring/audit-metrics.ts';
import { buildView, LIMITS, LONG_AGO, NO_LOSS_FACTS, NOW } from './fixtures/fleet.ts';

const REMEMBERED = { drops: { isHappening: false, lastMinute: 0 }, losses: NO_LOSS_FACTS };

function facts(overrides: Partial<Facts> = {}, numbers: Partial<FleetMetrics> = {}): Facts {
  const metrics = { ...toFleetMetrics(buildView(), LIMITS, REMEMBERED), ...numbers };
  return {
    at: NOW,
    watchingSince: LONG_AGO,
    losses: NO_LOSS_FACTS,
    metrics,
    isRedisConnected: true,
    isPostgresConnected: true,
    isDropping: false,
    maxFailedLength: 10_000,
    largeBatchSize: 1000,
    redisFaults: [],
    maintenance: [],
    massPoison: [],
    ...overrides,
  };
}

function recommend(overrides: Partial<Facts> = {}, numbers: Partial<FleetMetrics> = {}) {
  return toRecommendations(findingsOf(facts(overrides, numbers)));
}

const WELL = [{ severity: 'info', message: 'All systems operating normally.' }];

test('when all is well there is exactly one recommendation, and health is healthy', () => {
  expect(recommend()).toEqual(WELL);
  expect(toHealthStatus(findingsOf(facts()))).toBe('healthy');
});

test('workers that wait because Postgres refuses most events are critical, and the SQLSTATE is named', () => {
  const suspicion = { sqlstate: '23514', since: '2026-11-21T12:00:00.000Z', refused: 300 };
  expect(recommend({ massPoison: [suspicion, suspicion] })).toMatchObject([
    {
      severity: 'critical',
      message: 'Postgres refuses most events! SQLSTATE: 23514, workers that wait: 2',
      action: expect.stringContaining('SIGUSR2'),
    },
  ]);
});

describe('a queue that backs up', () => {
  test.each([
    [5000, null],
    [5001, 'warning'],
    [6500, 'warning'],
    [6501, 'critical'],
    [6843, 'critical'],
  ])('of %i in 10000 is %s', (queue_length, severity) => {
    const expected = {
      severity,
      message: `Audit queue backed up! Queue length: ${queue_length}`,
      action: 'npm run pm2 -- scale audit-worker +2',
    };
    expect(recommend({}, { queue_length })).toEqual(severity === null ? WELL : [expected]);
  });

  test('is judged by its own cap', () => {
    expect(recommend({}, { queue_length: 40, queue_capacity: 50 })).toMatchObject([{ severity: 'critical' }]);
    expect(recommend({}, { urgent_queue_length: 1200 })).toMatchObject([
      { severity: 'warning', message: 'Urgent audit queue backed up! Queue length: 1200' },
    ]);
  });
});

test.each([
  [100, WELL],
  [
    145,
    [
      {
        severity: 'critical',
        message: 'High failure rate! Failures: 145/min',
        action: 'npm run pm2 -- logs audit-worker --err, check the database',
      },
    ],
  ],
])('%i failures in a minute', (failures_last_minute, expected) => {
  expect(recommend({}, { failures_last_minute })).toEqual(expected);
});

test.each([
  [true, 'critical'],
  [false, 'warning'],
])('drops that are happening: %s, are %s', (isDropping, severity) => {
  expect(recommend({ isDropping }, { total_dropped_events: 1247 })).toEqual([
    {
      severity,
      message: 'Events being dropped! Total dropped: 1247',
      action: expect.stringContaining('AUDIT_MAX_QUEUE_LENGTH'),
    },
  ]);
});

test('Redis away is said once, with the age of the numbers, and no rule judges old numbers', () => {
  const numbers = { redis_age_ms: 12_400, queue_length: 9999, failures_last_minute: 500, workers_running: 0 };
  expect(recommend({ isRedisConnected: false }, numbers)).toMatchObject([
    { severity: 'critical', message: 'Redis is away! Queue and worker numbers are 12 s old' },
  ]);
  expect(recommend({ isRedisConnected: false }, { redis_age_ms: -1 })).toMatchObject([
    { message: expect.stringContaining('unknown (shown as 0)') },
  ]);
});

test('Postgres away, no worker, a failed maintenance run and too many dead letters each have their line', () => {
  const found = recommend(
    {
      isPostgresConnected: false,
      maintenance: [
        { task: 'partitions', lastSuccessAt: new Date(0), lastFailureAt: new Date('2026-11-21T11:59:01.000Z') },
        { task: 'retention', lastSuccessAt: new Date(2), lastFailureAt: new Date(1) },
        { task: 'rollups', lastSuccessAt: null, lastFailureAt: null },
      ],
    },
    { postgres_age_ms: 3000, workers_running: 0, failed_queue_length: 10_001 },
  );
  expect(found.map(({ severity, message }) => [severity, message])).toEqual([
    ['critical', 'Postgres is away! Insert numbers are 3 s old'],
    ['critical', 'No audit worker is running! Events wait in the queue'],
    ['warning', 'Maintenance failed! Task: partitions, at 2026-11-21T11:59:01.000Z'],
    ['warning', 'Dead letters pile up! Parked: 10001'],
  ]);
});

test('the advice on size counts workers only while some run; a full queue asks for more in any case', () => {
  const growth = { ...NO_LOSS_FACTS.growth, enqueued: 30_000, overflow: 10 };
  const numbers = {
    queue_length: 9900,
    urgent_queue_length: 1900,
    queue_usage_percent: 99,
    oldest_event_age_ms: 400_000,
    total_dropped_events: 5,
  };
  const advice = (workers_running: number): string =>
    recommend({ losses: { ...NO_LOSS_FACTS, growth } }, { ...numbers, workers_running })
      .map(({ action }) => action)
      .join('\n');
  expect(advice(1).match(/scale audit-worker/gu)).toHaveLength(6);
  expect(advice(0).match(/scale audit-worker \+2/gu)).toHaveLength(5);
  expect(advice(0)).not.toContain('there are 0');
  expect(advice(0)).toContain('AUDIT_MAX_QUEUE_LENGTH=50000');
});

test('an eviction policy is critical, a missing AOF a warning, and what an operator of a managed server cannot change is silent', () => {
  const fault = (code: 'eviction' | 'aof_off' | 'setting_unknown' | 'fsync_not_always') => ({
    code,
    severity: 'warning' as const,
    message: `about ${code}`,
  });
  expect(
    recommend({
      redisFaults: [fault('aof_off'), fault('eviction'), fault('setting_unknown'), fault('fsync_not_always')],
    }),
  ).toEqual([
    { severity: 'critical', message: 'about eviction', action: expect.stringContaining('noeviction') },
    { severity: 'warning', message: 'about aof_off', action: expect.stringContaining('appendonly yes') },
  ]);
});

test('critical findings come first and decide the status', () => {
  const findings = findingsOf(facts({}, { queue_length: 5500, failures_last_minute: 101 }));
  expect(findings.map((finding) => finding.severity)).toEqual(['critical', 'warning']);
  expect(toHealthStatus(findings)).toBe('critical');
  expect(toHealthStatus(findings.slice(1))).toBe('degraded');
});
