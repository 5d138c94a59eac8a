import { expect, test } from 'vitest';
import { FleetMetrics } from '../src/monitoring/audit-metrics.ts';
import { createDropHistory } from '../src/monitoring/drop-history.ts';
import { runningWorkers } from '../src/monitoring/fleet-view.ts';
import { toFleetMetrics } from '../src/monitoring/to-fleet-metrics.ts';
import { buildBeat, buildQueueState, buildView, LIMITS, NOW, NO_LOSS_FACTS, NO_LOSSES } from './fixtures/fleet.ts';

const CALM = { drops: { isHappening: false, lastMinute: 0 }, losses: NO_LOSS_FACTS };

test('numbers of several workers are added over the last minute, and a worker that ended in it still counts', () => {
  const beats = [
    buildBeat({ worker: 'a', counts: { batches: 3, batch_ms_total: 90, failed_attempts: 2, dead_letters: 1 } }),
    buildBeat({
      worker: 'b',
      state: 'stopped',
      ageMs: 30_000,
      counts: { batches: 1, batch_ms_total: 35, failed_attempts: 4 },
    }),
    buildBeat({ worker: 'c', ageMs: 61_000, counts: { batches: 900, batch_ms_total: 9, failed_attempts: 900 } }),
  ];
  const metrics = toFleetMetrics(
    buildView({ beats }, { rows: 450, batches: 4, maintenance: [], losses: NO_LOSSES }),
    LIMITS,
    CALM,
  );
  expect(metrics).toMatchObject({
    avg_batch_time_ms: 31.3,
    failures_last_minute: 7,
    inserts_last_minute: 450,
    batches_last_minute: 4,
    workers_running: 1,
  });
  expect(FleetMetrics.parse(metrics)).toEqual(metrics);
});

test('a worker counts as running while its beat is young and it claims', () => {
  const beats = [buildBeat({ ageMs: 15_000 }), buildBeat({ ageMs: 15_001 }), buildBeat({ state: 'draining' })];
  expect(runningWorkers(beats, NOW)).toEqual([beats[0]]);
});

test.each([
  [0, 100],
  [1000, 300],
  [5000, 1000],
])('a queue of %i calls for batches of %i', (depth, size) => {
  expect(toFleetMetrics(buildView({ queue: buildQueueState({ depth }) }), LIMITS, CALM)).toMatchObject({
    queue_length: depth,
    current_batch_size: size,
  });
});

test('drops and overflows are those of the stats, which outlive processes', () => {
  const queue = buildQueueState({
    stats: {
      dropped: 1247,
      'dropped:queue_full': 1247,
      overflow: 2000,
      enqueued: 9,
      stored: 5,
      duplicates: 1,
      dead: 3,
    },
  });
  expect(toFleetMetrics(buildView({ queue }), LIMITS, CALM)).toMatchObject({
    total_dropped_events: 1247,
    total_overflow_events: 2000,
    total_enqueued_events: 9,
    total_stored_events: 5,
    total_duplicate_events: 1,
    total_dead_letters: 3,
  });
});

test('a source that is away shows its last numbers with their age, and zeros with -1 when it never answered', () => {
  const seen = buildView({ queue: buildQueueState({ depth: 77 }) });
  const last = {
    value: seen.redis.state === 'connected' ? seen.redis.value : expect.fail('connected'),
    at: NOW - 9000,
  };
  const metrics = toFleetMetrics(
    { at: NOW, redis: { state: 'away', last }, postgres: { state: 'away', last: null } },
    LIMITS,
    CALM,
  );
  expect(metrics).toMatchObject({ queue_length: 77, redis_age_ms: 9000, inserts_last_minute: 0, postgres_age_ms: -1 });
  expect(Object.values(metrics).every((value) => Number.isFinite(value))).toBe(true);
});

test('drops are happening while the counter has grown within a minute, whatever it was before we looked', () => {
  const note = createDropHistory();
  expect(note(0, 1247)).toEqual({ isHappening: false, lastMinute: 0 });
  expect(note(5000, 1250)).toEqual({ isHappening: true, lastMinute: 3 });
  expect(note(60_000, 1250)).toMatchObject({ isHappening: true });
  expect(note(70_000, 1250)).toEqual({ isHappening: false, lastMinute: 0 });
  expect(note(400_000, 1251)).toEqual({ isHappening: true, lastMinute: 1 });
});

test('a counter that goes back begins anew', () => {
  const note = createDropHistory();
  note(0, 100);
  expect(note(1000, 5)).toEqual({ isHappening: false, lastMinute: 0 });
});
