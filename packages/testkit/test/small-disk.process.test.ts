import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { findDiskFault, openSmallDisk } from '../src/faults/small-disk.ts';

const fault = findDiskFault();

function makeFolder(): string {
  const parent = mkdtempSync(join(tmpdir(), 'auditlane-disk-test-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const folder = join(parent, 'data');
  mkdirSync(folder);
  writeFileSync(join(folder, 'kept'), 'kept');
  return folder;
}

test('a folder on a filled disk takes nothing more until the disk is freed', ({ skip }) => {
  if (fault !== null) skip(fault);
  return use(async (folder, disk) => {
    await disk.adopt(folder);
    disk.fill();
    expect(() => writeFileSync(join(folder, 'more'), 'x'.repeat(5000))).toThrow(/ENOSPC/);
    expect(readFileSync(join(folder, 'kept'), 'utf8')).toBe('kept');
    disk.free();
    writeFileSync(join(folder, 'more'), 'x'.repeat(5000));
  });
});

test('a disk is out of sight when it was disposed of', async ({ skip }) => {
  if (fault !== null) skip(fault);
  let path = '';
  await use(async (_folder, disk) => {
    ({ path } = disk);
    expect(readFileSync('/proc/mounts', 'utf8')).toContain(path);
  });
  expect(readFileSync('/proc/mounts', 'utf8')).not.toContain(path);
  expect(existsSync(path)).toBe(false);
});

async function use(work: (folder: string, disk: ReturnType<typeof openSmallDisk>) => Promise<void>): Promise<void> {
  await using disk = openSmallDisk(1);
  await work(makeFolder(), disk);
}
