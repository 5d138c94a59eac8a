import { expect, test } from 'vitest';
import type { AuditMetrics } from '../start/api.ts';
import { toStateLine, toStateWords } from '../start/state-line.ts';

function away(age: string, more: readonly string[] = []): AuditMetrics {
  const messages = [`Redis is away! Queue and worker numbers are ${age}`, ...more];
  return {
    health: { status: 'critical' },
    metrics: { queue_length: 7, inserts_last_minute: 0 },
    recommendations: messages.map((message) => ({ severity: 'critical', message, action: 'Check that Redis runs' })),
  };
}

test('an outage that only grows older is the same state, and its line tells the age all the same', () => {
  expect(toStateWords(away('44 s old'))).toBe(toStateWords(away('146 s old')));
  expect(toStateLine(away('44 s old'))).toBe(
    'critical · Redis is away! Queue and worker numbers are 44 s old · 7 queued · 0 stored in the last minute · Check that Redis runs',
  );
});

test('another trouble, its end, and an API that does not answer are another state', () => {
  const well: AuditMetrics = { ...away(''), health: { status: 'healthy' }, recommendations: [] };
  const states = [away('44 s old'), away('44 s old', ['Postgres is away! Insert numbers are 3 s old']), well, null];
  expect(new Set(states.map(toStateWords)).size).toBe(states.length);
});
