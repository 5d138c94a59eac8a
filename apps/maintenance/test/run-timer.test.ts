import { expect, test } from 'vitest';
import { runTimer } from '../src/schedules/run-timer.ts';

const HOUR_MS = 3_600_000;

/** The waits before each round, when rounds go as given and the process drains after the last. */
async function waitsOf(everyMs: number, outcomes: readonly boolean[]): Promise<readonly number[]> {
  const controller = new AbortController();
  const waits: number[] = [];
  let rounds = 0;
  const sleep = async (ms: number): Promise<void> => {
    waits.push(ms);
    if (rounds === outcomes.length) controller.abort();
  };
  const round = async (): Promise<boolean> => outcomes[rounds++] ?? false;
  await runTimer({ everyMs, round, sleep, random: () => 1 }, controller.signal);
  expect(rounds).toBe(outcomes.length);
  return waits;
}

test('rounds that go well come once per interval', async () => {
  expect(await waitsOf(HOUR_MS, [true, true])).toEqual([HOUR_MS, HOUR_MS, HOUR_MS]);
});

test('after a failure the next round comes within seconds, then minutes, and the interval is back after a success', async () => {
  expect(await waitsOf(HOUR_MS, [false, false, true])).toEqual([HOUR_MS, 2000, 4000, HOUR_MS]);
  const long = await waitsOf(
    HOUR_MS,
    Array.from({ length: 20 }, () => false),
  );
  expect(long.at(-1)).toBe(5 * 60_000);
});

test('a short interval is never exceeded by the wait after a failure', async () => {
  const waits = await waitsOf(
    60_000,
    Array.from({ length: 20 }, () => false),
  );
  expect(Math.max(...waits)).toBe(60_000);
});

test('nothing runs once the signal is aborted', async () => {
  let rounds = 0;
  const round = async (): Promise<boolean> => (rounds += 1) > 0;
  await runTimer({ everyMs: 1, round, sleep: async () => {}, random: () => 0 }, AbortSignal.abort());
  expect(rounds).toBe(0);
});
