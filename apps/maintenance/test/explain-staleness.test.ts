import type { LastMaintenanceRun } from '@auditlane/store';
import { expect, test } from 'vitest';
import { explainStaleness } from '../src/runs/explain-staleness.ts';

const NOW_MS = Date.parse('2031-05-14T12:00:00Z');
const minutesAgo = (minutes: number): Date => new Date(NOW_MS - minutes * 60_000);

function buildRun(fields: Partial<LastMaintenanceRun>): LastMaintenanceRun {
  return {
    task: 'partitions',
    status: 'succeeded',
    startedAt: minutesAgo(10),
    finishedAt: minutesAgo(10),
    durationMs: 5,
    error: null,
    details: null,
    lastSuccessAt: minutesAgo(10),
    lastFailureAt: null,
    lastFailure: null,
    host: 'host',
    pid: 1,
    ...fields,
  };
}

const explain = (fields: Partial<LastMaintenanceRun>): string | null => explainStaleness([buildRun(fields)], NOW_MS);

test('a success within two hours is healthy, also after an older failure', () => {
  expect(explain({})).toBeNull();
  expect(explain({ lastSuccessAt: minutesAgo(119), lastFailureAt: minutesAgo(121) })).toBeNull();
});

test('a success more than two hours ago is stale, and its time is named', () => {
  expect(explain({ startedAt: minutesAgo(121), lastSuccessAt: minutesAgo(121) })).toBe(
    'partitions were last prepared at 2031-05-14T09:59:00.000Z',
  );
});

test('a failure after the last success is told with its reason, also while the next run is in progress', () => {
  const failing = { lastSuccessAt: minutesAgo(20), lastFailureAt: minutesAgo(10), lastFailure: 'no room' };
  const reason = 'partitions could not be prepared at 2031-05-14T11:50:00.000Z: no room';
  expect(explain({ ...failing, status: 'failed' })).toBe(reason);
  expect(explain({ ...failing, status: 'running' })).toBe(reason);
});

test('a young process in its first run is healthy, one that hangs in it is not', () => {
  const first = { status: 'running', lastSuccessAt: null } as const;
  expect(explain({ ...first, startedAt: minutesAgo(5) })).toBeNull();
  expect(explain({ ...first, startedAt: minutesAgo(121) })).toMatch(/^partitions were last prepared at/u);
});

test('a young process after a long pause is healthy while it runs', () => {
  expect(explain({ status: 'running', startedAt: minutesAgo(1), lastSuccessAt: minutesAgo(10_000) })).toBeNull();
});

test('runs of other tasks say nothing about partitions', () => {
  expect(explain({ task: 'retention' })).toBe('partitions were never prepared by this process or another');
});
