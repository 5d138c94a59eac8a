import { fileURLToPath } from 'node:url';
import { type OutputLine, spawnProcess, useRedis, waitFor } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { makeTempDir } from './support/temp-dir.ts';

const { url, redis } = await useRedis();
const PROGRAM = fileURLToPath(new URL('programs/log-and-wait.ts', import.meta.url));

function idsOf(line: OutputLine): readonly string[] {
  return JSON.parse(JSON.stringify(line.json?.['ids']));
}

function isReceipts(line: OutputLine): boolean {
  return line.json?.['ids'] !== undefined;
}

async function readIds(): Promise<readonly string[]> {
  return (await redis.lrange('audit:queue', 0, -1)).map((line) => String(JSON.parse(line).id));
}

function spawn(env: Readonly<Record<string, string>>) {
  return spawnProcess(PROGRAM, {
    hasIpc: true,
    env: { REDIS_URL: url, AUDIT_SPOOL_DIR: makeTempDir(), COUNT: '900', ...env },
  });
}

test('a process that closes after Redis was emptied leaves with everything pushed again', async () => {
  await using child = spawn({ END: 'close' });
  const ids = idsOf(await child.waitForLine(isReceipts));
  await redis.flushall();
  child.child.send('end');
  const { json } = await child.waitForLine((line) => line.json?.['ring'] !== undefined);
  expect(json?.['ring']).toMatchObject({ due: 0, replayed: 900, losses: 1 });
  expect((await readIds()).toSorted().join('\n')).toBe(ids.toSorted().join('\n'));
  expect(await child.exited).toEqual({ code: 0, signal: null });
});

test('a process with nothing left to do stays until everything is pushed again', async () => {
  await using child = spawn({ END: 'by itself' });
  const ids = idsOf(await child.waitForLine(isReceipts));
  await redis.flushall();
  child.child.send('end');
  expect(await child.exited).toEqual({ code: 0, signal: null });
  const found = new Set(await readIds());
  expect(ids.filter((id) => !found.has(id))).toHaveLength(0);
  expect(found.size).toBe(901);
  expect(await redis.hget('audit:stats', 'replayed')).toBe('900');
});

test('a process and the one that it forked each push again their own, under their own names', async () => {
  await using child = spawn({ END: 'close', CHILDREN: '1' });
  await waitFor(() => child.lines.filter(isReceipts).length === 2, { deadlineMs: 40_000, message: 'both have logged' });
  const [first, second] = child.lines.filter(isReceipts);
  expect(first?.json?.['producer']).not.toBe(second?.json?.['producer']);
  const ids = child.lines.filter(isReceipts).flatMap(idsOf);
  await redis.flushall();
  child.child.send('end');
  expect(await child.exited).toEqual({ code: 0, signal: null });
  expect((await readIds()).toSorted().join('\n')).toBe(ids.toSorted().join('\n'));
  expect(await redis.hget('audit:stats', 'replayed')).toBe('970');
  expect(Object.values(await redis.hgetall('audit:producers')).map((value) => value.split(':').at(-1))).toEqual([
    'closed',
    'closed',
  ]);
}, 90_000);

test('a process that is killed leaves its producer open', async () => {
  await using child = spawn({ END: 'close', COUNT: '5' });
  await child.waitForLine(isReceipts);
  await child.kill();
  const [value] = Object.values(await redis.hgetall('audit:producers'));
  expect(value).toMatch(/^1:0:0:5:0:\d+:open$/);
});
