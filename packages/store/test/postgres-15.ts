import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { once } from 'node:events';

import { makeRunDir, waitFor } from '@auditlane/testkit';
import pg from 'pg';

const PROGRAMS = '/usr/lib/postgresql/15/bin';

/** Why tests on the oldest supported server are skipped on this machine; null when they run. */
export const NO_POSTGRES_15 = existsSync(join(PROGRAMS, 'postgres')) ? null : `no Postgres 15 in ${PROGRAMS}`;

/** Debian's Postgres 15 on a folder of its own. The URL names its database `postgres`. */
export async function startPostgres15(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const dir = makeRunDir();
  const cluster = join(dir.path, 'pgdata');
  const port = await freePort();
  run('initdb', ['-D', cluster, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync', '--locale=C']);
  const server = spawnServer(['-D', cluster, '-p', String(port), '-h', '127.0.0.1', '-k', '', '-c', 'fsync=off']);
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await waitFor(() => canConnect(url), { deadlineMs: 20_000, message: 'Postgres 15 accepts connections' });
  return {
    url,
    stop: async () => {
      const ended = once(server, 'exit');
      server.kill('SIGINT');
      await ended;
      dir.remove();
    },
  };
}

function run(program: string, args: readonly string[]): void {
  const [first, ...rest] = toCommand(program);
  execFileSync(first, [...rest, ...args], { stdio: 'ignore' });
}

function spawnServer(args: readonly string[]): ChildProcess {
  const [first, ...rest] = toCommand('postgres');
  const server = spawn(first, [...rest, ...args], { stdio: 'ignore' });
  const kill = (): boolean => server.kill('SIGKILL');
  process.once('exit', kill);
  server.once('exit', () => process.off('exit', kill));
  return server;
}

/** Postgres refuses to run as root; in a user namespace it is somebody else and root's files stay readable. */
function toCommand(program: string): readonly [string, ...string[]] {
  const path = join(PROGRAMS, program);
  if (process.getuid?.() !== 0) return [path];
  const idOf = (what: '-u' | '-g'): string => execFileSync('id', [what, 'nobody'], { encoding: 'utf8' }).trim();
  return ['unshare', '--user', `--map-user=${idOf('-u')}`, `--map-group=${idOf('-g')}`, path];
}

async function canConnect(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.end();
  return true;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
