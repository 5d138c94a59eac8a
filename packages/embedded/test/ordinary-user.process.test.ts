import { execFile, spawnSync } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { expect, test } from 'vitest';

import { findRedisServer } from '../src/index.ts';
import { makeDir } from './make-dir.ts';

const PROGRAM = join(import.meta.dirname, 'programs/starts-both.ts');
const NOBODY = { uid: 65_534, gid: 65_534 };
const run = promisify(execFile);

/** Puts root's private copy of Redis, if that is what serves here, where the other user will look for one. */
async function lendRedis(dataDir: string): Promise<void> {
  const { path, libraryPath } = await findRedisServer();
  if (libraryPath === undefined) return;
  const cacheDir = join(dataDir, 'redis/cache');
  await cp(join(dirname(path), '../..'), join(cacheDir, `redis-${process.arch}`), {
    recursive: true,
    verbatimSymlinks: true,
  });
}

test('an ordinary user without a home gets both servers', async ({ skip }) => {
  skip(process.getuid?.() !== 0, 'not root: every other test already runs as an ordinary user');
  skip(
    spawnSync(process.execPath, ['--check', PROGRAM], NOBODY).status !== 0,
    'this checkout is closed to other users',
  );
  const dataDir = makeDir();
  await lendRedis(dataDir);
  await run('chown', ['-R', `${NOBODY.uid}:${NOBODY.gid}`, dataDir]);
  const env = { PATH: process.env.PATH, HOME: '/nonexistent' };
  const { stdout } = await run(process.execPath, [PROGRAM, dataDir], { ...NOBODY, env });
  expect(JSON.parse(stdout)).toEqual({ uid: NOBODY.uid, ports: [expect.any(Number), expect.any(Number)] });
});
