import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { spawnProcess, waitFor, type SpawnedProcess } from '../src/index.ts';

const STARTS_SERVERS = join(import.meta.dirname, 'programs/starts-servers.ts');

function isAlive(pid: unknown): boolean {
  try {
    // An orphan that has ended stays as a zombie until the system's first process gets round to it.
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    return !stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return false;
  }
}

async function waitForServers(child: SpawnedProcess) {
  const { json } = await child.waitForLine('serving');
  const { pids, dirs } = json ?? {};
  if (!Array.isArray(pids) || !Array.isArray(dirs)) throw new Error('no servers were named');
  return { pids, dirs };
}

/** Gives what is left of it all when the processes have ended: folders. */
async function findRemains({ pids, dirs }: Awaited<ReturnType<typeof waitForServers>>) {
  await waitFor(() => !pids.some(isAlive), { message: `the servers ${pids.join(' and ')} end` });
  return dirs.filter((dir) => existsSync(String(dir)));
}

test.for(['exit', 'throw'])('a process that ends by %s leaves no server and no folder', async (end) => {
  await using child = spawnProcess(STARTS_SERVERS, { args: [end] });
  const servers = await waitForServers(child);
  await child.exited;
  expect(await findRemains(servers)).toEqual([]);
});

test.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'a process ended by %s leaves no server and no folder',
  async (signal) => {
    await using child = spawnProcess(STARTS_SERVERS);
    const servers = await waitForServers(child);
    expect(await child.stop(signal)).toEqual({ code: null, signal });
    expect(await findRemains(servers)).toEqual([]);
  },
);

test('a process with a shutdown of its own is left to it', async () => {
  await using child = spawnProcess(STARTS_SERVERS, { args: ['drain'] });
  const servers = await waitForServers(child);
  expect(await child.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(await findRemains(servers)).toEqual([]);
});

test.for(['serving', 'stopped'])('the servers of a process that is killed end by themselves, Redis %s', async (how) => {
  await using child = spawnProcess(STARTS_SERVERS, { args: [how] });
  const { pids } = await waitForServers(child);
  expect(pids.filter(isAlive)).toEqual(pids);
  await child.kill();
  const hasEnded = await waitFor(() => !pids.some(isAlive), { message: `the servers ${pids.join(' and ')} end` });
  expect(hasEnded).toBe(true);
});
