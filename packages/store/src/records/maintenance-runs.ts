import type { Pool } from 'pg';

import { StoreError } from '../postgres/store-error.ts';
import { type ResultRow, orNull, readDate, readNumber, readString } from '../postgres/read-row.ts';
import { runQuery } from '../postgres/with-client.ts';

export type MaintenanceStatus = 'running' | 'succeeded' | 'failed';

/** A run that has ended. */
export interface FinishedRun {
  readonly task: string;
  readonly status: 'succeeded' | 'failed';
  readonly startedAt: Date;
  readonly finishedAt: Date;
  /** Why it failed; null if it did not. */
  readonly error: string | null;
  /** What it did, as JSON will have it. */
  readonly details: Readonly<Record<string, unknown>> | null;
  readonly host: string;
  readonly pid: number;
}

/** The last run of a task, and when it last went well and ill. */
export interface LastMaintenanceRun {
  readonly task: string;
  readonly status: MaintenanceStatus;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly durationMs: number | null;
  readonly error: string | null;
  readonly details: unknown;
  readonly lastSuccessAt: Date | null;
  readonly lastFailureAt: Date | null;
  readonly lastFailure: string | null;
  readonly host: string;
  readonly pid: number;
}

/** Notes that a run began. A process that dies in it leaves it `running`. */
export async function startMaintenanceRun(
  pool: Pool,
  run: Pick<FinishedRun, 'task' | 'startedAt' | 'host' | 'pid'>,
): Promise<void> {
  await runQuery(pool, 'start_maintenance_run', [run.task, run.startedAt, run.host, run.pid]);
}

/** Notes how a run ended. May come late and out of order: a newer run keeps its place, and the failure is kept beside it. */
export async function finishMaintenanceRun(pool: Pool, run: FinishedRun): Promise<void> {
  const durationMs = run.finishedAt.getTime() - run.startedAt.getTime();
  const details = run.details === null ? null : JSON.stringify(run.details);
  const values = [
    run.task,
    run.status,
    run.startedAt,
    run.finishedAt,
    durationMs,
    run.error,
    details,
    run.host,
    run.pid,
  ];
  await runQuery(pool, 'finish_maintenance_run', values);
}

/** The last run of each task, by name. */
export async function readMaintenanceRuns(pool: Pool): Promise<readonly LastMaintenanceRun[]> {
  return (await runQuery(pool, 'read_maintenance_runs')).rows.map(toRun);
}

function toRun(row: ResultRow): LastMaintenanceRun {
  return {
    task: readString(row, 'task'),
    status: toStatus(readString(row, 'status')),
    startedAt: readDate(row, 'started_at'),
    finishedAt: orNull(readDate, row, 'finished_at'),
    durationMs: orNull(readNumber, row, 'duration_ms'),
    error: orNull(readString, row, 'error'),
    details: row['details'],
    lastSuccessAt: orNull(readDate, row, 'last_success_at'),
    lastFailureAt: orNull(readDate, row, 'last_failure_at'),
    lastFailure: orNull(readString, row, 'last_failure'),
    host: readString(row, 'host'),
    pid: readNumber(row, 'pid'),
  };
}

function toStatus(text: string): MaintenanceStatus {
  if (text === 'running' || text === 'succeeded' || text === 'failed') return text;
  throw new StoreError('deploy', `a maintenance run has the unknown status ${text}; do schema and release match?`);
}
