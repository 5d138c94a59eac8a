import { existsSync, mkdirSync, rmdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SpoolDir } from '../src/spool/spool-dir.ts';
import { makeTempDir } from './support/temp-dir.ts';

/** A disk that syncs folders, or fails to; tells which were asked for and which are durable. */
function createDisk() {
  const disk = { asked: 0, synced: new Set<string>(), failsWith: new Map<string, string>() };
  const sync = async (folder: string): Promise<void> => {
    disk.asked += 1;
    const code = disk.failsWith.get(folder);
    if (code !== undefined) throw Object.assign(new Error('injected'), { code });
    disk.synced.add(folder);
  };
  return { disk, sync };
}

test('every folder that gets a name is synced, once', async () => {
  const top = makeTempDir();
  const { disk, sync } = createDisk();
  const dir = new SpoolDir(join(top, 'a', 'b', 'spool'), sync);
  await dir.open();
  expect(disk.synced).toEqual(new Set([top, join(top, 'a'), join(top, 'a', 'b')]));
  expect(statSync(join(top, 'a', 'b', 'spool')).mode & 0o777).toBe(0o700);
  const { asked } = disk;
  await dir.open();
  expect(disk.asked).toBe(asked);
});

test('a sync that failed is due until it succeeds, although the folder is there', async () => {
  const top = makeTempDir();
  const { disk, sync } = createDisk();
  const path = join(top, 'a', 'spool');
  const dir = new SpoolDir(path, sync);
  disk.failsWith.set(top, 'EIO');
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await expect(dir.open()).rejects.toMatchObject({ code: 'EIO' });
    expect(existsSync(path)).toBe(true);
  }
  disk.failsWith.clear();
  await dir.open();
  expect(disk.synced).toEqual(new Set([top, join(top, 'a')]));
});

test('a folder that another process has made is synced by name, too', async () => {
  const top = makeTempDir();
  mkdirSync(join(top, 'spool'));
  const { disk, sync } = createDisk();
  disk.failsWith.set(top, 'EIO');
  const dir = new SpoolDir(join(top, 'spool'), sync);
  await expect(dir.open()).rejects.toMatchObject({ code: 'EIO' });
  disk.failsWith.clear();
  await dir.open();
  expect(disk.synced).toEqual(new Set([top]));
});

test.each(['EACCES', 'EINVAL'])(
  'of a folder that was there, %s is taken for an answer; of one that was made, not',
  async (code) => {
    const top = makeTempDir();
    const { disk, sync } = createDisk();
    disk.failsWith.set(top, code);
    await expect(new SpoolDir(join(top, 'spool'), sync).open()).rejects.toMatchObject({ code });
    await new SpoolDir(join(top, 'spool'), sync).open();
    expect(disk.synced).toEqual(new Set());
  },
);

test('a folder that goes away is made and synced again', async () => {
  const top = makeTempDir();
  const { disk, sync } = createDisk();
  const dir = new SpoolDir(join(top, 'spool'), sync);
  await dir.open();
  disk.synced.clear();
  rmdirSync(join(top, 'spool'));
  await dir.open();
  expect(disk.synced).toEqual(new Set([top]));
});

test('a link and a file in the way are refused', async () => {
  const top = makeTempDir();
  mkdirSync(join(top, 'real'));
  symlinkSync(join(top, 'real'), join(top, 'link'));
  writeFileSync(join(top, 'file'), '');
  const { sync } = createDisk();
  await expect(new SpoolDir(join(top, 'link'), sync).open()).rejects.toMatchObject({ code: 'EPERM' });
  await expect(new SpoolDir(join(top, 'file'), sync).open()).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(new SpoolDir(join(top, 'file', 'spool'), sync).open()).rejects.toMatchObject({ code: 'ENOTDIR' });
});
