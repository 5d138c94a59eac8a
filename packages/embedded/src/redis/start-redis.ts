import { chmod, mkdir, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { LOOPBACK } from '../ports.ts';
import { readOrCreateSecret } from '../secret-file.ts';
import { toServerHandle, type ServerHandle, type ServerOptions } from '../server-handle.ts';
import { claimDir } from '../server/claim-dir.ts';
import { startServerProcess } from '../server/server-process.ts';
import { startOnPort } from '../server/start-on-port.ts';
import { withLock } from '../with-lock.ts';
import { findRedisServer } from './find-redis-server.ts';
import { isRedisReady } from './is-redis-ready.ts';
import { toRedisConfig } from './redis-config.ts';
import type { RedisServer } from './redis-server.ts';

/** Options of {@link startRedis}. `settings` are added to `REDIS_SETTINGS`. */
export interface RedisOptions extends ServerOptions {
  /** Default true: every user of the machine can reach a loopback port. Tests may do without. */
  readonly hasPassword?: boolean;
  /** Default false. True where its data are worth nothing once its parent was killed: then it is killed, too, even while it is stopped. */
  readonly isDisposable?: boolean;
  /** A server found before; default: `findRedisServer`. */
  readonly server?: RedisServer;
}

const LOCK_MS = 60_000;
const NAMES = ['redis-server', 'valkey-server'] as const;

async function runServer(found: RedisServer, dir: string, options: RedisOptions): Promise<ServerHandle> {
  const password = options.hasPassword === false ? undefined : await readOrCreateSecret(join(dir, 'redis.password'));
  const configFile = join(dir, 'redis.conf');
  await claimDir(dir, NAMES);
  return startOnPort(options.port ?? 0, async (port) => {
    const place = { dir, port, settings: options.settings ?? {}, ...(password !== undefined && { password }) };
    await writeFile(configFile, toRedisConfig(found.version[0], place), { mode: 0o600 });
    const server = await startServerProcess({
      name: 'Redis',
      command: [found.path, configFile],
      cwd: dir,
      env: {
        PATH: process.env.PATH,
        TZ: 'UTC',
        ...(found.libraryPath !== undefined && { LD_LIBRARY_PATH: found.libraryPath }),
      },
      logFile: join(dir, 'redis.log'),
      stopSignals: ['SIGTERM'],
      isDisposable: options.isDisposable ?? false,
      isReady: (pid) => isRedisReady({ port, pid, password }),
    });
    // With the name of the user: of a URL without one, redis-cli sends the empty name, which no server knows.
    const access = password === undefined ? '' : `default:${password}@`;
    return toServerHandle(server, `redis://${access}${LOOPBACK}:${port}`, port);
  });
}

/**
 * Starts a Redis or Valkey on a data folder of its own: every write fsynced before it is acknowledged, nothing ever
 * evicted, loopback TCP with a generated password. About 40 ms, plus 2 s when the program has to be fetched first.
 * Fails with an `EmbeddedError`: `no_redis`, `data_dir_in_use`, `port_taken`, `start_failed`.
 */
export async function startRedis(options: RedisOptions): Promise<ServerHandle> {
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  const dir = await realpath(options.dataDir);
  // Redis writes its files readable for all: the folder has to keep others out.
  await chmod(dir, 0o700);
  const { onProgress } = options;
  const search = { fallbackDir: join(dir, 'cache'), ...(onProgress && { onProgress }) };
  const found = options.server ?? (await findRedisServer(search));
  return withLock(`redis ${dir}`, LOCK_MS, async () => {
    onProgress?.('starting Redis');
    return runServer(found, dir, options);
  });
}
