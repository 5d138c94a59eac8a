import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSegmentFile, type OpenSegmentFile } from '../src/spool/segment-file.ts';
import { createSpoolBench, readSpooledLines } from './support/spool-bench.ts';
import { makeTempDir } from './support/temp-dir.ts';

type Step = 'open' | 'append' | 'sync' | 'close';

/** A real disk that fails the steps a test names, by their number over all files, and tells what was done to which file. */
function createBrokenDisk(failing: Partial<Record<Step, readonly number[]>>, code = 'EIO') {
  const done: string[] = [];
  const counts: Record<Step, number> = { open: 0, append: 0, sync: 0, close: 0 };
  const step = async (name: Step, file: string, work: () => Promise<void>): Promise<void> => {
    counts[name] += 1;
    const fails = failing[name]?.includes(counts[name]) === true;
    done.push(`${file} ${name}${fails ? ' fails' : ''}`);
    if (fails) throw Object.assign(new Error(`${code}: injected`), { code });
    await work();
  };
  const openFile: OpenSegmentFile = async (path) => {
    const file = path.slice(-8, -6);
    await step('open', file, () => Promise.resolve());
    const real = await openSegmentFile(path);
    return {
      append: (bytes) => step('append', file, () => real.append(bytes)),
      sync: () => step('sync', file, () => real.sync()),
      isReachable: () => real.isReachable(),
      close: () => step('close', file, () => real.close()),
    };
  };
  return { done, openFile };
}

test('after a failed fsync the descriptor is closed and not synced again, and the entry is in a new segment', async () => {
  const dir = makeTempDir();
  const disk = createBrokenDisk({ sync: [2] });
  const bench = createSpoolBench(dir, { producerId: 'p1', openFile: disk.openFile });
  expect(await bench.append('{"n":1}')).toBe('spooled');
  expect(await bench.append('{"n":2}')).toBe('spooled');
  expect(await bench.append('{"n":3}')).toBe('spooled');
  expect(disk.done).toEqual([
    '01 open',
    '01 append',
    '01 sync',
    '01 append',
    '01 sync fails',
    '01 close',
    '02 open',
    '02 append',
    '02 sync',
    '02 append',
    '02 sync',
  ]);
  expect(bench.spool.stats.faults).toBe(1);
  expect(bench.warnings).toEqual(['audit spool goes on in a new segment after a failed write']);
  // The kernel may have written what it called failed: the second copy has the same id.
  expect(new Set(readSpooledLines(dir))).toEqual(new Set(['{"n":1}', '{"n":2}', '{"n":3}']));
  await bench.replay(4);
  expect(new Set(bench.queue.map((entry) => entry.line)).size).toBe(3);
});

test.for(['open', 'append', 'sync'] as const)(
  'a disk that fails twice to %s gives no receipt, keeps the earlier ones, and is tried again later',
  async (step) => {
    const dir = makeTempDir();
    let now = 0;
    const numbers = { open: [2, 3], append: [2, 3], sync: [2, 3] }[step];
    // Opening fails only where a segment is opened: the first one has failed to sync before.
    const disk = createBrokenDisk(step === 'open' ? { sync: [2], open: [2] } : { [step]: numbers }, 'ENOSPC');
    const bench = createSpoolBench(dir, { producerId: 'p1', openFile: disk.openFile, now: () => now });
    expect(await bench.append('{"n":1}')).toBe('spooled');
    expect(await bench.append('{"n":2}')).toBe('unspoolable');
    expect(bench.warnings).toEqual(['audit spool cannot be written, events wait in memory']);
    now = 2001;
    expect(await bench.append('{"n":3}')).toBe('spooled');
    const lines = readSpooledLines(dir);
    expect(lines).toEqual(expect.arrayContaining(['{"n":1}', '{"n":3}']));
    expect(bench.spool.stats.faults).toBe(1);
    await bench.replay(lines.length);
  },
);

test('a segment whose first write failed is removed: a disk that fails for hours does not fill up with them', async () => {
  const dir = makeTempDir();
  let now = 0;
  const disk = createBrokenDisk({ sync: Array.from({ length: 20 }, (_, index) => index + 1) });
  const bench = createSpoolBench(dir, { producerId: 'p1', openFile: disk.openFile, now: () => now });
  for (let attempt = 0; attempt < 10; attempt += 1) {
    expect(await bench.append('{}')).toBe('unspoolable');
    now += 2001;
  }
  expect(readdirSync(join(dir, 'p1'))).toEqual(['owner.json']);
  expect(await bench.append('{}')).toBe('spooled');
});
