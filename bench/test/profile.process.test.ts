import { spawnSync } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { readProfiles } from '../src/profile/read-profiles.ts';
import { toProfileReport } from '../src/profile/to-profile-report.ts';
import { toProcessEnv } from '../src/programs/process-env.ts';
import { profileArgs } from '../src/programs/profile-args.ts';
import { startProgram } from '../src/programs/start-program.ts';
import { startWorkers } from '../src/programs/worker-fleet.ts';
import { openScratchFolder } from '../src/servers/scratch-folder.ts';
import { DEADLINE_MS, measureSmallest } from './measured.ts';

const FOLDER = 'BENCH_PROFILE_FOLDER';
const ROOT = resolve(import.meta.dirname, '../..');
/** Busy in a function on its second line for a while, then idle for as long. */
const BUSY = `'use strict';
function spin() { let sum = 0; for (const end = performance.now() + 300; performance.now() < end;) sum += Math.sqrt(sum + 1); }
spin();
setTimeout(() => undefined, 300);
`;

afterEach(() => vi.unstubAllEnvs());

test('without a folder for profiles a program is started as it is', () => {
  expect(profileArgs('a worker')).toEqual([]);
});

test('the time of a function is summed over the processes of its program, apart from idle time', async () => {
  await using folder = await openScratchFolder('auditlane-bench-profile-');
  const script = join(folder.path, 'busy.cjs');
  await writeFile(script, BUSY);
  vi.stubEnv(FOLDER, join(folder.path, 'profiles'));
  for (let run = 0; run < 2; run += 1) spawnSync(process.execPath, [...profileArgs('the busy one'), script]);
  const profiles = await readProfiles(join(folder.path, 'profiles'), folder.path);
  expect(profiles).toMatchObject([{ program: 'busy-one', processes: 2 }]);
  const functions = profiles.flatMap((profile) => profile.functions);
  const ownOf = (name: string): number => functions.find((each) => each.name === name)?.micros ?? 0;
  expect(functions).toContainEqual({ name: 'spin', place: 'busy.cjs:2', micros: ownOf('spin') });
  // Of two runs: more than one of them could have. Calls of the clock may be told apart from the loop.
  expect(ownOf('spin') + ownOf('now')).toBeGreaterThan(310_000);
  expect(profiles[0]?.idleMicros).toBeGreaterThan(310_000);
  expect(ownOf('(idle)')).toBe(0);
  const report = toProfileReport(profiles);
  expect(report).toMatch(/^\nbusy-one: 2 processes, \d+\.\d s busy, idle for \d+\.\d % of the time\n/);
  expect(report).toMatch(/\ngarbage collection +\d+\.\d %\n/);
  expect(report).toMatch(/\nspin +busy\.cjs:2 +\d+\.\d %/);
});

test('ten functions of a program are printed, in per cent of the time in which it was not idle', () => {
  const functions = Array.from({ length: 12 }, (_, at) => ({ name: `f${at}`, place: 'a.ts:1', micros: 12 - at }));
  const report = toProfileReport([{ program: 'p', processes: 1, idleMicros: 100, garbageMicros: 22, functions }]);
  expect(report.match(/^f\d+/gm)).toHaveLength(10);
  expect(report).toMatch(/^f0 +a\.ts:1 +12\.0 %$/m);
  expect(report).toMatch(/^garbage collection +22\.0 %$/m);
  expect(report).toContain('p: 1 process, 0.0 s busy, idle for 50.0 % of the time');
});

test('where no program has written a profile that is told, and a file that is none is refused', async () => {
  await using folder = await openScratchFolder('auditlane-bench-profile-');
  expect(toProfileReport(await readProfiles(join(folder.path, 'none'), ROOT))).toContain(
    'no program has written a profile',
  );
  await mkdir(join(folder.path, 'p'));
  await writeFile(join(folder.path, 'p', 'x.cpuprofile'), '{}');
  await expect(readProfiles(folder.path, ROOT)).rejects.toThrow('nodes');
});

test('a program that a signal ends is told to have written no profile', async () => {
  await using folder = await openScratchFolder('auditlane-bench-profile-');
  vi.stubEnv(FOLDER, folder.path);
  const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const args = ['-e', 'console.log(1); setInterval(() => undefined, 1000)'];
  const program = await startProgram({ name: 'the deaf one', args, env: {}, isReady: () => true });
  await program[Symbol.asyncDispose]();
  const lines = told.mock.calls.map(([line]) => String(line));
  told.mockRestore();
  expect(lines).toContain('the deaf one wrote no profile (SIGTERM)\n');
});

test(
  'a worker that is told to end writes its profile',
  async () => {
    await using folder = await openScratchFolder('auditlane-bench-profile-');
    vi.stubEnv(FOLDER, folder.path);
    await measureSmallest(async ({ stack }) => {
      const fleet = await startWorkers(2, toProcessEnv(stack));
      await fleet[Symbol.asyncDispose]();
      return [];
    });
    expect(await readdir(join(folder.path, 'worker'))).toHaveLength(2);
    expect(await readProfiles(folder.path, ROOT)).toMatchObject([{ program: 'worker', processes: 2 }]);
  },
  DEADLINE_MS,
);
