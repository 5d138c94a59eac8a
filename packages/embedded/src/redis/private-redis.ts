import { mkdir, readdir, realpath, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { runCommand } from '../run-command.ts';
import { withLock } from '../with-lock.ts';
import { probeRedisServer, type RedisServer } from './redis-server.ts';

// A private copy of the distribution's package: fetched by apt into a folder of ours and unpacked there. It needs no
// root, changes nothing in the system, and starts no service on port 6379 as an installation might.

const PACKAGES = [
  { name: 'redis-server', program: 'redis-server' },
  { name: 'valkey-server', program: 'valkey-server' },
] as const;
const TRIPLETS: Readonly<Record<string, string>> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };
const APT_MS = 180_000;

function toLibraryPath(root: string): string {
  const triplet = TRIPLETS[process.arch] ?? '';
  return [join(root, 'usr/lib', triplet), join(root, 'lib', triplet)].join(':');
}

async function findCopy(root: string): Promise<RedisServer | undefined> {
  for (const { program } of PACKAGES) {
    const found = await probeRedisServer(join(root, 'usr/bin', program), toLibraryPath(root));
    if (typeof found !== 'string') return found;
  }
  return undefined;
}

function toAptOptions(work: string): readonly string[] {
  return [
    `Dir::State::lists=${work}/lists`,
    `Dir::Cache=${work}/cache`,
    `Dir::Cache::archives=${work}/cache/archives`,
    'Dir::State::status=/var/lib/dpkg/status',
    'APT::Sandbox::User=',
    'Debug::NoLocking=1',
    // Else an update that fetched nothing is a success, and the reason is lost.
    'APT::Update::Error-Mode=any',
    // Container images set these two to delete what was fetched.
    'DPkg::Post-Invoke=',
    'APT::Update::Post-Invoke=',
  ].flatMap((option) => ['-o', option]);
}

/** Fetches and unpacks into `work/root`; gives one line per step that failed, none when a server is there. */
async function fetchCopy(work: string, path: string): Promise<readonly string[]> {
  const apt = ['apt-get', ...toAptOptions(work)];
  for (const dir of ['lists/partial', 'cache/archives/partial', 'root'])
    await mkdir(join(work, dir), { recursive: true });
  const options = { env: { PATH: path, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' }, timeout: APT_MS };
  const update = await runCommand([...apt, '-qq', 'update'], options);
  const failures = update.isOk ? [] : [`apt-get update: ${update.lastLine}`];
  for (const { name } of PACKAGES) {
    const flags = ['-y', '-qq', '--no-install-recommends', '--download-only', 'install', name];
    const fetched = await runCommand([...apt, ...flags], options);
    if (!fetched.isOk) {
      failures.push(`apt-get download of ${name}: ${fetched.lastLine}`);
      continue;
    }
    const archives = (await readdir(join(work, 'cache/archives'))).filter((file) => file.endsWith('.deb'));
    for (const file of archives) {
      const unpacked = await runCommand(
        ['dpkg', '-x', join(work, 'cache/archives', file), join(work, 'root')],
        options,
      );
      if (!unpacked.isOk) failures.push(`dpkg -x ${file}: ${unpacked.lastLine}`);
    }
    if ((await findCopy(join(work, 'root'))) !== undefined) return [];
    failures.push(`${name}: the unpacked package has no server that runs`);
  }
  return failures;
}

/**
 * The private copy in `cacheDir`, fetched when it is not there (about 2 s, 28 MB). Two processes at once fetch it once.
 * Gives the lines of what failed instead when it cannot be had.
 */
export async function providePrivateRedis(
  cacheDir: string,
  options: { readonly path: string; readonly onProgress?: (line: string) => void },
): Promise<RedisServer | readonly string[]> {
  await mkdir(cacheDir, { recursive: true, mode: 0o700 });
  const target = join(await realpath(cacheDir), `redis-${process.arch}`);
  const kept = await findCopy(target);
  if (kept !== undefined) return kept;
  return withLock(target, APT_MS, async () => {
    const meanwhile = await findCopy(target);
    if (meanwhile !== undefined) return meanwhile;
    options.onProgress?.('fetching a private copy of Redis with apt');
    const work = `${target}.new`;
    try {
      await rm(work, { recursive: true, force: true });
      const failures = await fetchCopy(work, options.path);
      if (failures.length > 0) return failures;
      await rm(target, { recursive: true, force: true });
      // One rename: whoever looks sees no copy or a whole one.
      await rename(join(work, 'root'), target);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
    return (await findCopy(target)) ?? [`${target}: the copy does not run`];
  });
}
