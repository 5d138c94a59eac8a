import type { QueueState, RedisFault, WorkerBeat } from '@auditlane/queue';
import type { LastMaintenanceRun } from '@auditlane/store';
import type { StoredLosses } from './loss-facts.ts';
import type { Reading } from './source-reading.ts';

/** What Redis knows of the fleet. */
export interface RedisFacts {
  readonly queue: QueueState;
  readonly beats: readonly WorkerBeat[];
  readonly faults: readonly RedisFault[];
  /** Since the oldest dead letter in the list was parked; 0 when there is none or it does not say. */
  readonly oldestLetterAgeMs: number;
}

/** The last run of a task of maintenance, as far as health is concerned. */
export type MaintenanceRun = Pick<LastMaintenanceRun, 'task' | 'lastSuccessAt' | 'lastFailureAt'>;

/** What Postgres knows: the ledger of the last minute, and maintenance. */
export interface PostgresFacts {
  readonly rows: number;
  readonly batches: number;
  readonly maintenance: readonly MaintenanceRun[];
  readonly losses: StoredLosses;
}

/** The whole fleet at one moment. */
export interface FleetView {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly redis: Reading<RedisFacts>;
  readonly postgres: Reading<PostgresFacts>;
}

/** A beat older than this is of a worker that is gone, or cannot reach Redis: it does not count as running. */
const BEAT_LIVES_MS = 15_000;
const MINUTE_MS = 60_000;

/** Beats of workers that claim now. */
export function runningWorkers(beats: readonly WorkerBeat[], now: number): readonly WorkerBeat[] {
  return beats.filter((beat) => beat.state === 'running' && now - Date.parse(beat.at) <= BEAT_LIVES_MS);
}

/** Beats whose window of a minute reaches into the last minute: a worker that ended 10 s ago still counts. */
export function recentBeats(beats: readonly WorkerBeat[], now: number): readonly WorkerBeat[] {
  return beats.filter((beat) => now - Date.parse(beat.at) <= MINUTE_MS);
}
