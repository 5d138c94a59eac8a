import { fileURLToPath } from 'node:url';
import { type SpawnedProcess, spawnProcess, useRedis } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { makeTempDir } from '../support/temp-dir.ts';

const { url, redis } = await useRedis();
const LOG = fileURLToPath(new URL('../programs/log-and-be-stopped.ts', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../programs/serve-and-buffer.ts', import.meta.url));

async function startAndAsk(env: Readonly<Record<string, string>>): Promise<SpawnedProcess> {
  const child = spawnProcess(PROGRAM, { env });
  const { json } = await child.waitForLine(/"port"/);
  const answer = await fetch(`http://127.0.0.1:${String(json?.['port'])}/api/x`);
  expect(await answer.text()).toBe('x');
  return child;
}

function flushesOf({ lines }: SpawnedProcess): readonly unknown[] {
  return lines.map(({ json }) => json?.['flushed']).filter((flushed) => flushed !== undefined);
}

test('SIGTERM flushes what is held, and then ends the process as it would have', async () => {
  await using child = await startAndAsk({});
  child.child.kill('SIGTERM');
  expect(await child.exited).toEqual({ code: null, signal: 'SIGTERM' });
  expect(flushesOf(child)).toEqual([['api.request']]);
});

test('SIGINT does the same', async () => {
  await using child = await startAndAsk({});
  child.child.kill('SIGINT');
  expect(await child.exited).toEqual({ code: null, signal: 'SIGINT' });
  expect(flushesOf(child)).toEqual([['api.request']]);
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s ends the windows of identical events with their counts',
  async (signal) => {
    const env = { REDIS_URL: url, AUDIT_SPOOL_DIR: makeTempDir(), COUNT: '5' };
    await using child = spawnProcess(LOG, { env });
    await child.waitForLine(/receipts/);
    child.child.kill(signal);
    expect(await child.exited).toEqual({ code: null, signal });
    const entries = (await redis.lrange('audit:queue', 0, -1)).map((line) => JSON.parse(line));
    expect(entries.map(({ metadata }) => metadata?.count).toSorted()).toEqual([4, undefined]);
  },
);

test('with flushOnShutdown false a signal ends the process at once', async () => {
  await using child = await startAndAsk({ ON_SHUTDOWN: 'no' });
  child.child.kill('SIGTERM');
  expect(await child.exited).toEqual({ code: null, signal: 'SIGTERM' });
  expect(flushesOf(child)).toEqual([]);
});

test('an application that handles the signal ends by its own rules, after the flush has begun', async () => {
  await using child = await startAndAsk({ HANDLER: 'exit' });
  child.child.kill('SIGTERM');
  expect(await child.exited).toEqual({ code: 0, signal: null });
  expect(flushesOf(child)).toEqual([['api.request']]);
});

test('an application that stays stays, and the next signal flushes again', async () => {
  await using child = await startAndAsk({ HANDLER: 'stay' });
  for (let sent = 1; sent <= 2; sent += 1) {
    child.child.kill('SIGTERM');
    await child.waitForLine(() => flushesOf(child).length === sent);
    // The application sees its own handler alone.
    await child.waitForLine(() => child.lines.filter(({ json }) => json?.['stays'] === 1).length === sent);
  }
  expect(await child.stop('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
});

test('a handler that ends the process only if it is alone finds itself alone', async () => {
  await using child = await startAndAsk({ HANDLER: 'alone' });
  child.child.kill('SIGTERM');
  expect(await child.exited).toEqual({ code: 7, signal: null });
});

test('a flush that hangs is given up by a second signal at once', async () => {
  await using child = await startAndAsk({ FLUSH: 'hang' });
  child.child.kill('SIGTERM');
  await child.waitForLine(/flushed/);
  child.child.kill('SIGTERM');
  expect(await child.exited).toEqual({ code: null, signal: 'SIGTERM' });
});

test('a flush that hangs is given up after 5 s', async () => {
  await using child = await startAndAsk({ FLUSH: 'hang' });
  child.child.kill('SIGTERM');
  expect(await child.exited).toEqual({ code: null, signal: 'SIGTERM' });
});

test('a process that has nothing left to do logs and flushes what waited for a user', async () => {
  await using child = await startAndAsk({ ONE: 'yes' });
  expect(await child.exited).toEqual({ code: 0, signal: null });
  expect(flushesOf(child)).toEqual([['api.request']]);
});
