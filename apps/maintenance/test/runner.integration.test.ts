import { migrate, createPool } from '@auditlane/store';
import { createTestDatabase, startTestPostgres } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import type { Task } from '../src/tasks/task.ts';
import { isFailing, maintain } from './maintain.ts';

const HOUR_MS = 3_600_000;

function taskOf(run: Task['run'], name: Task['name'] = 'partitions'): Task {
  return { name, everyMs: HOUR_MS, run };
}

test('a run in progress is noted as running, and its end with what it did', async () => {
  await using database = await createTestDatabase();
  const { runner, lastRun, lines } = maintain(database.pool);
  const seen = taskOf(async () => ({ status: (await lastRun('partitions'))?.status }));
  expect(await runner.run(seen)).toEqual({ kind: 'succeeded' });
  const run = await lastRun('partitions');
  expect(run).toMatchObject({ status: 'succeeded', details: { status: 'running' }, error: null });
  expect(run?.finishedAt?.getTime()).toBeGreaterThanOrEqual(run?.startedAt.getTime() ?? Infinity);
  expect(lines).toMatchObject([{ level: 'info', task: 'partitions', msg: 'maintenance run succeeded' }]);
});

test('whatever a task throws is a failed run with a reason', async () => {
  await using database = await createTestDatabase();
  const { runner, lastRun } = maintain(database.pool);
  for (const [thrown, reason] of [
    [new Error('no room'), 'no room'],
    ['a word', 'a word'],
    [undefined, 'undefined'],
  ]) {
    expect(await runner.run(taskOf(() => Promise.reject(thrown)))).toEqual({ kind: 'failed', error: thrown });
    expect(await lastRun('partitions')).toMatchObject({ status: 'failed', error: reason, lastFailure: reason });
  }
});

test('a run whose process died in it is replaced by the next', async () => {
  await using database = await createTestDatabase();
  const dying = maintain(database.pool);
  const hanging = Promise.withResolvers<never>();
  void dying.runner.run(taskOf(() => hanging.promise));
  await expect.poll(async () => (await dying.lastRun('partitions'))?.status).toBe('running');
  const next = maintain(database.pool);
  await next.runner.run(taskOf(async () => ({})));
  expect(await next.lastRun('partitions')).toMatchObject({ status: 'succeeded' });
});

test('being idle means that every run has ended and is noted', async () => {
  await using database = await createTestDatabase();
  const { runner, lastRun } = maintain(database.pool);
  await runner.idle();
  const held = Promise.withResolvers<Record<string, never>>();
  void runner.run(taskOf(() => held.promise));
  const idle = runner.idle().then(async () => (await lastRun('partitions'))?.status);
  held.resolve({});
  expect(await idle).toBe('succeeded');
});

test('failures during an outage of Postgres are noted when it is back, and do not hide the recovery', async () => {
  await using server = await startTestPostgres();
  await migrate(server.url);
  const pool = createPool(server.url, { applicationName: 'test', connectTimeoutMs: 2000 });
  try {
    const { runner, lastRun, lines } = maintain(pool);
    await server.kill();
    const away = new Error('postgres is away');
    await runner.run(taskOf(() => Promise.reject(away), 'retention'));
    await runner.run(taskOf(() => Promise.reject(away), 'partitions'));
    expect(lines.map(({ msg }) => msg)).toContain('a maintenance run could not be noted');
    await server.restart();
    expect(await runner.run(taskOf(async () => ({}), 'partitions'))).toEqual({ kind: 'succeeded' });
    expect(isFailing(await lastRun('partitions'))).toBe(false);
    expect(await lastRun('partitions')).toMatchObject({ status: 'succeeded', lastFailure: 'postgres is away' });
    expect(isFailing(await lastRun('retention'))).toBe(true);
  } finally {
    await pool.end();
  }
});
