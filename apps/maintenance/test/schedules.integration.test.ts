import { spawnProcess, startTestRedis, useDatabase, useRedis, waitFor } from '@auditlane/testkit';
import { Queue } from 'bullmq';
import { expect, onTestFinished, test } from 'vitest';
import { openBullConnection } from '../src/schedules/bull-connection.ts';
import { openSchedules, SCHEDULE_NAME } from '../src/schedules/open-schedules.ts';
import type { ScheduledTask } from '../src/tasks/task.ts';
import { maintain } from './maintain.ts';

const HOUR_MS = 3_600_000;
const LOCK_MS = 500;
const HANGING = new URL('programs/hanging-run.ts', import.meta.url).pathname;
const fixture = await useRedis();
const { pool } = await useDatabase();

interface ScheduleOptions {
  readonly prefix?: string;
  readonly redisUrl?: string;
  readonly task?: Partial<ScheduledTask>;
}

/** One process's schedules of one task; `runs` has the time of each run. */
function schedule({ prefix = '{m:audit:queue}', redisUrl = fixture.url, task }: ScheduleOptions = {}) {
  const runs: number[] = [];
  const controller = new AbortController();
  const stack = new AsyncDisposableStack();
  const maintained = maintain(pool);
  const counted: ScheduledTask = {
    name: 'retention',
    everyMs: HOUR_MS,
    attempts: 1,
    retryMs: 10,
    ...task,
    run: async () => {
      runs.push(Date.now());
      return (await task?.run?.()) ?? {};
    },
  };
  openSchedules(
    { ...maintained, redisUrl, prefix, tasks: [counted], stack, drainMs: () => 5000, lockMs: LOCK_MS },
    controller.signal,
  );
  const close = async (): Promise<void> => {
    controller.abort();
    await stack.disposeAsync();
  };
  onTestFinished(close);
  return {
    runs,
    close,
    lines: maintained.lines,
    hasSaid: (msg: string) => maintained.lines.some((l) => l['msg'] === msg),
  };
}

function openQueue(prefix = '{m:audit:queue}', redisUrl = fixture.url): Queue {
  const connection = openBullConnection(redisUrl, { name: 'test', onError: () => {} });
  const queue = new Queue(SCHEDULE_NAME, { connection, prefix, skipVersionCheck: true });
  queue.on('error', () => {});
  onTestFinished(async () => {
    await queue.close().catch(() => {});
    connection.disconnect();
  });
  return queue;
}

test('a task runs when its schedule is set, and not again when a second process or a restart sets it', async () => {
  const first = schedule();
  await waitFor(() => first.runs.length === 1);
  const second = schedule();
  await waitFor(() => second.hasSaid('schedules are set'));
  await first.close();
  const third = schedule();
  await waitFor(() => third.hasSaid('schedules are set'));
  expect([first.runs.length, second.runs.length, third.runs.length]).toEqual([1, 0, 0]);
  const delayed = await openQueue().getDelayed();
  expect(delayed).toHaveLength(1);
  expect(delayed[0]?.delay).toBeGreaterThan(HOUR_MS - 60_000);
});

test('each interval is run once by two processes together', async () => {
  const task = { everyMs: 500 };
  const processes = [schedule({ task }), schedule({ task })];
  const all = (): number[] => processes.flatMap(({ runs }) => runs).toSorted((a, b) => a - b);
  await waitFor(() => all().length >= 4);
  const [first = 0, last = 0] = [all()[0], all().at(-1)];
  expect(all().length).toBeLessThanOrEqual((last - first) / 500 + 1.5);
});

test('a run that failed is tried again after a wait, as often as the task says, and each failure is logged', async () => {
  const failing = schedule({ task: { attempts: 3, run: () => Promise.reject(new Error('no room')) } });
  const queue = openQueue();
  await waitFor(async () => (await queue.getFailedCount()) === 1);
  expect(failing.runs).toHaveLength(3);
  expect(failing.lines.filter(({ level, task }) => level === 'error' && task === 'retention')).toHaveLength(3);
});

test('a run can be asked for, and what no task is named after is left with a warning', async () => {
  const one = schedule();
  await waitFor(() => one.runs.length === 1);
  const queue = openQueue();
  await queue.add('retention', {});
  await waitFor(() => one.runs.length === 2);
  await queue.add('of-another-release', {});
  await waitFor(() => one.hasSaid('unknown task in the schedules, not run'));
});

test('what is kept of old runs is bounded', async () => {
  const often = schedule();
  const queue = openQueue();
  await queue.addBulk(Array.from({ length: 60 }, () => ({ name: 'retention', data: {} })));
  await waitFor(() => often.runs.length === 61, { deadlineMs: 20_000 });
  await waitFor(async () => (await queue.getActiveCount()) === 0);
  expect(await queue.getCompletedCount()).toBe(20);
});

test('two stacks on one Redis do not run for each other', async () => {
  const one = schedule({ prefix: '{m:one:queue}' });
  const other = schedule({ prefix: '{m:other:queue}' });
  await waitFor(() => one.runs.length + other.runs.length === 2);
  await openQueue('{m:one:queue}').add('retention', {});
  await waitFor(() => one.runs.length === 2);
  expect(other.runs).toHaveLength(1);
});

test('a Redis that lost its data gets its schedules again', async () => {
  await using server = await startTestRedis({ settings: { appendonly: 'no' } });
  const one = schedule({ redisUrl: server.url });
  await waitFor(() => one.runs.length === 1);
  await server.kill();
  await server.restart();
  await waitFor(() => one.runs.length === 2);
  const queue = openQueue(undefined, server.url);
  await waitFor(async () => (await queue.getJobSchedulersCount()) === 1);
});

test('a Redis that is away at first is waited for, said at most once in 10 s, and closing does not wait', async () => {
  await using server = await startTestRedis();
  await server.halt();
  const early = schedule({ redisUrl: server.url });
  const late = schedule({ redisUrl: server.url });
  await waitFor(() => early.lines.length > 0 && late.lines.length > 0);
  expect(early.lines).toMatchObject([{ level: 'warn', err: { code: 'ECONNREFUSED' } }]);
  await early.close();
  await server.restart();
  await waitFor(() => late.runs.length === 1);
});

test('a Redis that is full is said, and the schedules are set when it has room', async () => {
  await fixture.redis.config('SET', 'maxmemory', '1');
  const one = schedule();
  await waitFor(() => one.hasSaid('schedules could not be set'));
  expect(one.runs).toHaveLength(0);
  await fixture.redis.config('SET', 'maxmemory', '0');
  await waitFor(() => one.runs.length === 1, { deadlineMs: 20_000 });
});

test('a run whose process was killed in it is run again by another process', async () => {
  const env = { REDIS_URL: fixture.url, PREFIX: '{m:audit:queue}', LOCK_MS: String(LOCK_MS) };
  await using dying = spawnProcess(HANGING, { env });
  await dying.waitForLine('running');
  const other = schedule();
  await waitFor(() => other.hasSaid('schedules are set'));
  expect(other.runs).toHaveLength(0);
  await dying.kill();
  await waitFor(() => other.runs.length === 1);
  expect(other.hasSaid('a run lost its process or its lock and is run again')).toBe(true);
});

test('closing waits for the run in progress, and its end is kept', async () => {
  const held = Promise.withResolvers<Record<string, never>>();
  const one = schedule({ task: { run: () => held.promise } });
  await waitFor(() => one.runs.length === 1);
  const closed = one.close();
  held.resolve({});
  await closed;
  const queue = openQueue();
  expect([await queue.getCompletedCount(), await queue.getActiveCount()]).toEqual([1, 0]);
});
