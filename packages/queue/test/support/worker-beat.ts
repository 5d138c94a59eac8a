import type { WorkerBeat } from '../../src/index.ts';

const counts = { batches: 1, rows: 2, duplicates: 0, batch_ms_total: 12.5, failed_attempts: 0, dead_letters: 0 };

/** A beat with what most tests do not care for. */
export function buildBeat(overrides: Partial<WorkerBeat> = {}): WorkerBeat {
  return {
    worker: 'w1',
    pid: 7,
    host: 'host',
    started_at: '2026-11-21T10:00:00.000Z',
    at: '2026-11-21T10:00:05.000Z',
    state: 'running',
    batch_size: 100,
    slots: 2,
    window: { seconds: 60, ...counts },
    totals: counts,
    rss_bytes: 1,
    loop_lag_ms: 0.5,
    postgres: 'connected',
    version: '0.1.0',
    ...overrides,
  };
}
