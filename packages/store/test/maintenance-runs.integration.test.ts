import { useDatabase } from '@auditlane/testkit';
import { expect, it } from 'vitest';

import { type FinishedRun, finishMaintenanceRun, readMaintenanceRuns, startMaintenanceRun } from '../src/index.ts';

const { pool } = await useDatabase();

function runAt(task: string, second: number, error: string | null = null): FinishedRun {
  return {
    task,
    status: error === null ? 'succeeded' : 'failed',
    startedAt: new Date(second * 1000),
    finishedAt: new Date(second * 1000 + 250),
    error,
    details: error === null ? { made: second } : null,
    host: 'h',
    pid: 1,
  };
}

async function read(task: string): Promise<unknown> {
  return (await readMaintenanceRuns(pool)).find((run) => run.task === task);
}

it('a run is seen while it runs and when it has ended', async () => {
  const run = runAt('first', 10);
  await startMaintenanceRun(pool, run);
  expect(await read('first')).toMatchObject({
    status: 'running',
    finishedAt: null,
    durationMs: null,
    error: null,
    host: 'h',
    pid: 1,
  });
  await finishMaintenanceRun(pool, run);
  expect(await read('first')).toMatchObject({
    status: 'succeeded',
    durationMs: 250,
    details: { made: 10 },
    lastSuccessAt: run.finishedAt,
    lastFailureAt: null,
  });
});

it('a failure is seen, and stays beside the success that follows it', async () => {
  await finishMaintenanceRun(pool, runAt('second', 10, 'disk full'));
  expect(await read('second')).toMatchObject({
    status: 'failed',
    error: 'disk full',
    lastSuccessAt: null,
    lastFailure: 'disk full',
  });
  await startMaintenanceRun(pool, runAt('second', 20));
  expect(await read('second')).toMatchObject({ status: 'running', error: null, lastFailure: 'disk full' });
  await finishMaintenanceRun(pool, runAt('second', 20));
  expect(await read('second')).toMatchObject({
    status: 'succeeded',
    error: null,
    lastFailure: 'disk full',
    lastFailureAt: new Date(10_250),
    lastSuccessAt: new Date(20_250),
  });
});

it('a failure that is told late does not hide a newer run', async () => {
  await finishMaintenanceRun(pool, runAt('third', 20));
  await finishMaintenanceRun(pool, runAt('third', 10, 'Postgres was away'));
  await startMaintenanceRun(pool, runAt('third', 10));
  expect(await read('third')).toMatchObject({
    status: 'succeeded',
    startedAt: new Date(20_000),
    lastFailure: 'Postgres was away',
    lastFailureAt: new Date(10_250),
  });
});
