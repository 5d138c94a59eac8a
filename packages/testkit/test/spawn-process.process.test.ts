import { join } from 'node:path';

import { expect, test } from 'vitest';

import { spawnProcess, waitFor } from '../src/index.ts';

const TALKS = join(import.meta.dirname, 'programs/talks.ts');

test('a line already written, a line yet to come and a plain line are found', async () => {
  await using child = spawnProcess(TALKS, { env: { GREETING: 'hello' } });
  const started = await child.waitForLine('started');
  expect(started.json).toMatchObject({ msg: 'started', greeting: 'hello' });
  expect(await child.waitForLine('started')).toBe(started);
  expect(await child.waitForLine(/plain/)).toMatchObject({ stream: 'stderr', json: undefined });
});

test('a stopped child has said its last line when the stop resolves', async () => {
  await using child = spawnProcess(TALKS);
  await child.waitForLine('started');
  expect(await child.stop()).toEqual({ code: 7, signal: null });
  expect(child.lines.at(-1)?.json).toMatchObject({ msg: 'drained' });
});

test('a killed child ends by SIGKILL', async () => {
  await using child = spawnProcess(TALKS);
  await child.waitForLine('started');
  expect(await child.kill()).toEqual({ code: null, signal: 'SIGKILL' });
});

test('a child with a channel sends its messages', async () => {
  await using child = spawnProcess(TALKS, { hasIpc: true });
  await waitFor(() => child.messages.includes('ready'));
  expect(child.messages).toEqual(['ready']);
});

test('the wait for a line of a child that has ended fails at once and shows what it wrote', async () => {
  await using child = spawnProcess(TALKS);
  await child.waitForLine('started');
  await child.kill();
  await expect(child.waitForLine('never')).rejects.toThrow(/ended without.*never[^]*"started"/);
});
