import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { findRedisServer } from '../src/index.ts';
import { makeDir } from './make-dir.ts';

function writeProgram(dir: string, name: string, script: string): string {
  const path = join(dir, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

const says = (line: string): string => `echo '${line}'`;
const REDIS_7 = says('Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64 build=1');

// Stands in for the archive: fetches an empty package, and unpacks a server that says its version.
function writeFakeApt(dir: string): string {
  const log = join(dir, 'apt.log');
  writeProgram(
    dir,
    'apt-get',
    `echo "$*" >> ${log}
for arg in "$@"; do case "$arg" in Dir::Cache::archives=*) archives="\${arg#*=}" ;; esac; done
case "$*" in *install*) : > "$archives/server.deb" ;; esac`,
  );
  writeProgram(
    dir,
    'dpkg',
    `/bin/mkdir -p "$3/usr/bin"
printf '%s\\n' '#!/bin/sh' "echo Redis server v=7.0.15 sha=0" > "$3/usr/bin/redis-server"
/bin/chmod 755 "$3/usr/bin/redis-server"`,
  );
  return log;
}

test('redis-server on PATH is taken with its version', async () => {
  const dir = makeDir();
  const path = writeProgram(dir, 'redis-server', REDIS_7);
  expect(await findRedisServer({ env: { PATH: dir } })).toEqual({ path, version: [7, 0] });
});

test('valkey-server serves where redis-server is too old', async () => {
  const dir = makeDir();
  writeProgram(dir, 'redis-server', says('Redis server v=6.0.16 sha=0'));
  const path = writeProgram(dir, 'valkey-server', says('Valkey server v=8.1.4 sha=0'));
  expect(await findRedisServer({ env: { PATH: dir } })).toEqual({ path, version: [8, 1] });
});

test('6.2 is new enough', async () => {
  const dir = makeDir();
  writeProgram(dir, 'redis-server', says('Redis server v=6.2.0 sha=0'));
  expect(await findRedisServer({ env: { PATH: dir } })).toMatchObject({ version: [6, 2] });
});

test('a server named by AUDIT_REDIS_SERVER that cannot serve is an error, not a reason to look elsewhere', async () => {
  const dir = makeDir();
  writeProgram(dir, 'redis-server', REDIS_7);
  const env = { PATH: dir, AUDIT_REDIS_SERVER: writeProgram(dir, 'mine', 'echo no such library >&2; exit 127') };
  await expect(findRedisServer({ env })).rejects.toMatchObject({
    code: 'no_redis',
    message: `AUDIT_REDIS_SERVER names ${dir}/mine, which cannot serve: no such library`,
  });
});

test('when nothing serves, the error lists everything tried with its last complaint', async () => {
  const dir = makeDir();
  writeProgram(dir, 'redis-server', says('Redis server v=5.0.3 sha=0'));
  writeProgram(dir, 'apt-get', 'echo "E: first" >&2; echo "E: no network" >&2; exit 100');
  const file = join(dir, 'apt-get');
  const env = { PATH: dir, XDG_CACHE_HOME: file };
  const search = findRedisServer({ env, fallbackDir: join(dir, 'cache') });
  await expect(search).rejects.toMatchObject({ code: 'no_redis' });
  const complaint = await search.catch((error: unknown) => (error instanceof Error ? error.message : ''));
  expect(typeof complaint === 'string' && complaint.split('\n').slice(1)).toEqual([
    `  - ${dir}/redis-server: is version 5.0, older than 6.2`,
    '  - valkey-server: not on PATH',
    `  - private copy in ${file}/auditlane: the folder is not writable`,
    `  - private copy in ${dir}/cache: apt-get update: E: no network`,
    `  - private copy in ${dir}/cache: apt-get download of redis-server: E: no network`,
    `  - private copy in ${dir}/cache: apt-get download of valkey-server: E: no network`,
  ]);
});

test('two that need a private copy at once fetch it once, and a third finds it', async () => {
  const dir = makeDir();
  const log = writeFakeApt(dir);
  const env = { PATH: dir, XDG_CACHE_HOME: join(dir, 'cache') };
  const found = await Promise.all([findRedisServer({ env }), findRedisServer({ env })]);
  const third = await findRedisServer({ env });
  expect(found[0]).toMatchObject({ path: expect.stringContaining(join(dir, 'cache/auditlane')), version: [7, 0] });
  expect(found).toEqual([third, third]);
  expect(readFileSync(log, 'utf8').match(/ install redis-server/g)).toHaveLength(1);
});

test('a private copy that no longer runs is fetched anew', async () => {
  const dir = makeDir();
  writeFakeApt(dir);
  const env = { PATH: dir, XDG_CACHE_HOME: join(dir, 'cache') };
  const { path } = await findRedisServer({ env });
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, '#!/bin/sh\nexit 1\n');
  expect(await findRedisServer({ env })).toMatchObject({ path, version: [7, 0] });
});
