import { chmod, mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';

import { EmbeddedError } from '../embedded-error.ts';
import { LOOPBACK } from '../ports.ts';
import { readOrCreateSecret } from '../secret-file.ts';
import { toServerHandle, type ServerHandle, type ServerOptions } from '../server-handle.ts';
import { claimDir } from '../server/claim-dir.ts';
import { startServerProcess } from '../server/server-process.ts';
import { startOnPort } from '../server/start-on-port.ts';
import { withLock } from '../with-lock.ts';
import { findPostgresBinaries } from './binaries.ts';
import { initCluster } from './init-cluster.ts';
import { fixOwner, placeCluster, type Placement } from './place-cluster.ts';
import { isPostmasterReady, removeStalePostmasterFile } from './postmaster-file.ts';
import { resolveRunAs, type RootRoute, type RunAs } from './run-as.ts';
import { POSTGRES_SETTINGS, type PostgresSettings } from './settings.ts';

/** Options of {@link startPostgres}. `settings` are added to `POSTGRES_SETTINGS`. */
export interface PostgresOptions extends ServerOptions {
  /** The database that the URL names, made with the cluster. Default `auditlane`; lower-case letters, digits, `_`. */
  readonly database?: string;
  /** Only for root where user namespaces are denied: where nobody can reach programs and data. Default `/var/lib/auditlane`. */
  readonly publicDir?: string;
  /** How root gets around Postgres' refusal to run as root. Default `auto`. */
  readonly rootRoute?: RootRoute;
}

const USER = 'postgres';
const DATABASE_NAME = /^[a-z_][a-z0-9_]{0,62}$/;
const LOCK_MS = 60_000;

function toArguments(settings: PostgresSettings): readonly string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function runServer(placement: Placement, runAs: RunAs, options: PostgresOptions): Promise<ServerHandle> {
  const { baseDir, binaries } = placement;
  const database = options.database ?? 'auditlane';
  const password = await readOrCreateSecret(join(baseDir, 'postgres.password'));
  const clusterDir = join(baseDir, 'pgdata');
  await claimDir(clusterDir, ['postgres']);
  await initCluster({ binaries, runAs, clusterDir, user: USER, password, database });
  await fixOwner(clusterDir, runAs);
  await removeStalePostmasterFile(clusterDir);
  return startOnPort(options.port ?? 0, async (port) => {
    // No unix socket: its path may have 107 bytes at most, which a deep checkout exceeds.
    const fixed = { port: String(port), listen_addresses: LOOPBACK, unix_socket_directories: '' };
    const settings = { ...POSTGRES_SETTINGS, ...options.settings, ...fixed };
    const server = await startServerProcess({
      name: 'Postgres',
      prefix: runAs.prefix,
      command: [binaries.postgres, '-D', clusterDir, ...toArguments(settings)],
      cwd: clusterDir,
      env: { LC_ALL: 'C.UTF-8', TZ: 'UTC', PATH: process.env.PATH },
      ...(runAs.owner && { owner: runAs.owner }),
      logFile: join(baseDir, 'postgres.log'),
      stopSignals: ['SIGINT', 'SIGQUIT'],
      isReady: (pid) => isPostmasterReady(clusterDir, pid),
    });
    return toServerHandle(server, `postgres://${USER}:${password}@${LOOPBACK}:${port}/${database}`, port);
  });
}

/**
 * Starts the packaged Postgres 18 on a data folder of its own, loopback TCP with a generated password; works as root, as
 * an ordinary user and below homes of mode 0700. First start about 1 s, later ones 0.1 s.
 * Fails with an `EmbeddedError`: `data_dir_in_use`, `port_taken`, `init_failed`, `start_failed`, `unsupported_platform`.
 */
export async function startPostgres(options: PostgresOptions): Promise<ServerHandle> {
  if (!DATABASE_NAME.test(options.database ?? 'auditlane')) {
    throw new EmbeddedError('bad_option', 'database must be lower-case letters, digits and _, at most 63');
  }
  const found = findPostgresBinaries();
  const runAs = await resolveRunAs(found, options.rootRoute ?? 'auto');
  const publicDir = options.publicDir ?? '/var/lib/auditlane';
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  const dataDir = await realpath(options.dataDir);
  return withLock(`postgres ${dataDir}`, LOCK_MS, async () => {
    options.onProgress?.('starting Postgres');
    const placement = await placeCluster(found, runAs, { dataDir, publicDir });
    if (runAs.owner === undefined) await chmod(placement.baseDir, 0o700);
    return runServer({ ...placement, baseDir: await realpath(placement.baseDir) }, runAs, options);
  });
}
