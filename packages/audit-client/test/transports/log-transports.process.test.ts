import { fileURLToPath } from 'node:url';
import { type ProcessExit, spawnProcess, useRedis, waitFor } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { readSpooledLines } from '../support/spool-bench.ts';
import { makeTempDir } from '../support/temp-dir.ts';

const { url, redis } = await useRedis();

/** Runs a program to its own end and answers with the events that it has left in the queue and in its spool. */
async function runToEnd(name: string, env: Readonly<Record<string, string>> = {}) {
  const spoolDir = makeTempDir();
  const path = fileURLToPath(new URL(`../programs/${name}.ts`, import.meta.url));
  await using child = spawnProcess(path, { env: { REDIS_URL: url, AUDIT_SPOOL_DIR: spoolDir, ...env } });
  let exit: ProcessExit | undefined;
  void child.exited.then((ended) => (exit = ended));
  await waitFor(() => exit !== undefined, { deadlineMs: 20_000, message: `${name} ends by itself` });
  expect(exit).toEqual({ code: 0, signal: null });
  const parse = (line: string): Readonly<Record<string, unknown>> => JSON.parse(line);
  const queued = (await redis.lrange('audit:queue', 0, -1)).map(parse);
  const urgent = (await redis.lrange('audit:queue:urgent', 0, -1)).map(parse);
  const said = child.lines.filter(({ stream }) => stream === 'stderr').map(({ text }) => text);
  return { queued: [...queued, ...urgent], spooled: readSpooledLines(spoolDir).map(parse), said };
}

const byType = (a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): number =>
  String(a['event_type']) < String(b['event_type']) ? -1 : 1;

const LOGGED_WITH_PINO = [
  {
    event_type: 'log.error',
    severity: 'high',
    source: 'shop',
    description: 'payment failed',
    metadata: { error: { name: 'TypeError', code: 'E_CARD', stack: expect.stringContaining('log-with-pino.ts') } },
  },
  {
    event_type: 'log.info',
    severity: 'info',
    user_id: 'u1',
    correlation_id: 'request-1',
    description: 'order placed',
    metadata: { cart: { items: 3 }, level: 'info' },
  },
];

test.for(['by itself', 'exit'])(
  'pino in a worker thread: the last record is an event when the process ends: %s',
  async (how) => {
    const { queued, spooled } = await runToEnd('log-with-pino', { END: how });
    expect(queued.toSorted(byType)).toMatchObject(LOGGED_WITH_PINO);
    expect(queued).toHaveLength(2);
    expect(spooled).toEqual([]);
  },
);

test('pino in a worker thread: what pino itself tells the transport is no invalid option', async () => {
  const { said } = await runToEnd('log-with-pino');
  expect(said).toEqual([]);
});

test('pino in a worker thread: with Redis away the records are in the spool when the process ends', async () => {
  const { spooled } = await runToEnd('log-with-pino', { REDIS_URL: 'redis://127.0.0.1:1' });
  expect(spooled.toSorted(byType)).toMatchObject(LOGGED_WITH_PINO);
});

test('winston: a record that waits for its batch is an event when the process ends by itself', async () => {
  const { queued } = await runToEnd('log-with-winston');
  expect(queued).toMatchObject([{ event_type: 'log.info', user_id: 'u1', description: 'order placed' }]);
});
