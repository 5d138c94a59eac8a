import { useDatabase } from '@auditlane/testkit';
import { beforeEach, expect, test } from 'vitest';
import { runHourlyRound } from '../src/schedules/hourly-round.ts';
import type { Task } from '../src/tasks/task.ts';
import { maintain } from './maintain.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const { pool } = await useDatabase();
beforeEach(async () => void (await pool.query('truncate audit_maintenance_runs')));

/** Rounds at given hours from now; `ran` has the names of what ran. */
function openRounds(fail: readonly Task['name'][] = []) {
  const ran: string[] = [];
  const { runner } = maintain(pool);
  const taskOf = (name: Task['name'], everyMs: number): Task => ({
    name,
    everyMs,
    run: async () => {
      ran.push(name);
      if (fail.includes(name)) throw new Error('no room');
      return {};
    },
  });
  const partitions = taskOf('partitions', HOUR_MS);
  const others = [taskOf('retention', DAY_MS), taskOf('self-check', HOUR_MS)];
  const round = (hours: number, signal = new AbortController().signal): Promise<boolean> =>
    runHourlyRound({ runner, pool, partitions, others, now: () => Date.now() + hours * HOUR_MS }, signal);
  return { ran, round };
}

test('without schedules everything runs when it is overdue, and partitions in every round', async () => {
  const { ran, round } = openRounds();
  expect(await round(0)).toBe(true);
  expect(ran.splice(0)).toEqual(['partitions', 'retention', 'self-check']);
  await round(1);
  expect(ran.splice(0)).toEqual(['partitions']);
  await round(3);
  expect(ran.splice(0)).toEqual(['partitions', 'self-check']);
  await round(26);
  expect(ran.splice(0)).toEqual(['partitions', 'retention', 'self-check']);
});

test('a task that fails stays overdue, and does not make the round a failure', async () => {
  const { ran, round } = openRounds(['retention']);
  expect([await round(0), await round(1)]).toEqual([true, true]);
  expect(ran).toEqual(['partitions', 'retention', 'self-check', 'partitions', 'retention']);
});

test('a round without partitions is a failure and leaves the others to the next', async () => {
  const { ran, round } = openRounds(['partitions']);
  expect(await round(0)).toBe(false);
  expect(ran).toEqual(['partitions']);
});

test('a process that drains begins no further task', async () => {
  const { ran, round } = openRounds();
  await round(0, AbortSignal.abort());
  expect(ran).toEqual(['partitions']);
});
