import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnProcess } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { encodeFrame } from '../src/spool/frame.ts';
import { describeOwner } from '../src/spool/owner.ts';
import { readSpooledLines } from './support/spool-bench.ts';
import { makeTempDir } from './support/temp-dir.ts';

const APPEND = fileURLToPath(new URL('programs/spool-append.ts', import.meta.url));
const ADOPT = 'packages/audit-client/test/programs/spool-adopt.ts';
const canTrace = spawnSync('strace', ['-f', '-e', 'trace=none', 'true']).status === 0;

/** Runs the appending program with every `nth` call of `syscall` failing in the kernel's stead, and its trace. */
function appendUnder(inject: string, count: number) {
  const dir = makeTempDir();
  const trace = join(makeTempDir(), 'trace');
  const args = ['-f', '-y', '-o', trace, '-e', 'trace=fdatasync,close,openat', '-e', `inject=${inject}`];
  const { stdout } = spawnSync('strace', [...args, process.execPath, APPEND], {
    encoding: 'utf8',
    // One thread does all file work, so that the kernel's count of calls is the program's.
    env: { ...process.env, SPOOL_DIR: dir, COUNT: String(count), UV_THREADPOOL_SIZE: '1' },
  });
  const calls = readFileSync(trace, 'utf8')
    .split('\n')
    .filter((line) => line.includes('.spool'));
  return { dir, answer: JSON.parse(stdout), calls };
}

test('row C5: fsync answers EIO: the descriptor is given up, never synced again, and what it held is written anew', (context) => {
  if (!canTrace) context.skip('failing system calls needs strace and the right to trace');
  const { dir, answer, calls } = appendUnder('fdatasync:error=EIO:when=3', 6);
  expect(answer.answers).toEqual(Array.from({ length: 6 }, () => 'spooled'));
  expect(answer.stats).toMatchObject({ faults: 1 });
  const failed = calls.findIndex((line) => line.includes('EIO'));
  expect(calls[failed]).toContain('00000001.spool');
  const after = calls.slice(failed + 1).filter((line) => line.includes('00000001.spool'));
  expect(after).toHaveLength(1);
  expect(after[0]).toContain('close(');
  // Entry 3 was written to the first segment before its sync failed, and is acknowledged by its copy in the second.
  const spooled = readSpooledLines(dir);
  expect(spooled.slice(0, 2)).toEqual(['{"n":1}', '{"n":2}']);
  expect(spooled.slice(-4)).toEqual(['{"n":3}', '{"n":4}', '{"n":5}', '{"n":6}']);
});

test('row C5: a disk whose every fsync fails gives no receipt, and leaves no file behind', (context) => {
  if (!canTrace) context.skip('failing system calls needs strace and the right to trace');
  const { dir, answer } = appendUnder('fdatasync:error=EIO', 3);
  expect(answer.answers).toEqual(['unspoolable', 'unspoolable', 'unspoolable']);
  expect(readdirSync(join(dir, 'writer'))).toEqual(['owner.json']);
});

/** Folders as processes that have ended left them, each with `perFolder` entries. */
async function leaveFolders(dir: string, folders: number, perFolder: number, padding = ''): Promise<readonly string[]> {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  const owner = { ...(await describeOwner('target')), pid };
  const all: string[] = [];
  for (let folder = 0; folder < folders; folder += 1) {
    const path = join(dir, `dead-${folder}`);
    mkdirSync(path);
    writeFileSync(join(path, 'owner.json'), JSON.stringify(owner));
    const lines = Array.from({ length: perFolder }, (_, n) => `{"id":"${folder}-${n}","text":"${padding}"}`);
    writeFileSync(join(path, '00000001.spool'), lines.map((line) => encodeFrame({ lane: 'main', line })).join(''));
    all.push(...lines);
  }
  return all;
}

/** Starts adopters, lets them go together once all are up, and waits for their figures. */
async function adopt(dir: string, count: number, env: Readonly<Record<string, string>> = {}) {
  const nodeArgs = ['--max-semi-space-size=2'];
  const adopters = await Promise.all(
    Array.from({ length: count }, async () => {
      const adopter = spawnProcess(ADOPT, { env: { SPOOL_DIR: dir, ...env }, nodeArgs });
      await adopter.waitForLine('isReady');
      return adopter;
    }),
  );
  for (const adopter of adopters) adopter.child.kill('SIGUSR2');
  const answers = await Promise.all(adopters.map((adopter) => adopter.waitForLine('adopted', 60_000)));
  return answers.map(({ json }) => ({
    lines: Array.isArray(json?.['lines']) ? json['lines'] : [],
    adopted: Number(json?.['adopted']),
    replayed: Number(json?.['replayed']),
    maxRssKb: Number(json?.['maxRssKb']),
  }));
}

test('three processes that adopt two hundred folders at once lose nothing and leave nothing', async () => {
  const dir = makeTempDir();
  const all = await leaveFolders(dir, 200, 5);
  const answers = await adopt(dir, 3);
  const lines = answers.flatMap((answer) => answer.lines);
  expect(new Set(lines)).toEqual(new Set(all));
  expect(answers.filter((answer) => answer.adopted > 0).length).toBeGreaterThanOrEqual(2);
  expect(readdirSync(dir)).toEqual([]);
});

test('a backlog of 128 MB is read back in the memory that one of 1 MB takes', async () => {
  const measure = async (folders: number) => {
    const dir = makeTempDir();
    await leaveFolders(dir, folders, 1000, 'x'.repeat(1000));
    const [answer] = await adopt(dir, 1, { LEAN: 'yes' });
    return answer ?? expect.fail('no figures');
  };
  const small = await measure(1);
  const large = await measure(128);
  expect(large.replayed).toBe(128_000);
  expect(large.maxRssKb - small.maxRssKb).toBeLessThan(48 * 1024);
}, 120_000);
