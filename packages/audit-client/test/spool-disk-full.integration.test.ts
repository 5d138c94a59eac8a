import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createSpoolBench, readSpooledLines } from './support/spool-bench.ts';
import { makeTempDir } from './support/temp-dir.ts';

const disk = makeTempDir();
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]).status === 0;
afterAll(() => {
  if (isMounted) spawnSync('umount', ['-l', disk]);
});

test('a full disk refuses entries, keeps those with a receipt, and leaves no file behind for each try', async (context) => {
  if (!isMounted) context.skip('mounting a small tmpfs needs root');
  let now = 0;
  const bench = createSpoolBench(disk, { producerId: 'p1', now: () => now });
  expect(await bench.append('{"n":1}')).toBe('spooled');
  writeFileSync(join(disk, 'other'), Buffer.alloc(150_000));
  const large = JSON.stringify({ text: 'x'.repeat(120_000) });
  for (let attempt = 0; attempt < 5; attempt += 1) {
    expect(await bench.append(large)).toBe('unspoolable');
    now += 2001;
  }
  expect(readdirSync(join(disk, 'p1')).filter((name) => name.endsWith('.spool'))).toEqual(['00000001.spool']);
  rmSync(join(disk, 'other'));
  expect(await bench.append(large)).toBe('spooled');
  expect(readSpooledLines(disk)).toEqual(['{"n":1}', large]);
  await bench.replay(2);
});
