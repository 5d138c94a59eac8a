import { access, constants, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

import { EmbeddedError } from '../embedded-error.ts';
import { providePrivateRedis } from './private-redis.ts';
import { probeRedisServer, type RedisServer } from './redis-server.ts';

/** Where to look. */
export interface RedisSearch {
  /** Used for the private copy when no cache folder of the user is writable. */
  readonly fallbackDir?: string;
  /** Default `process.env`: `AUDIT_REDIS_SERVER`, `PATH`, `XDG_CACHE_HOME`, `HOME` are read. */
  readonly env?: NodeJS.ProcessEnv;
  readonly onProgress?: (line: string) => void;
}

const PROGRAMS = ['redis-server', 'valkey-server'] as const;

async function isRunnable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function searchPath(env: NodeJS.ProcessEnv, tried: string[]): Promise<RedisServer | undefined> {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const program of PROGRAMS) {
    let isPresent = false;
    for (const path of folders.map((folder) => join(folder, program))) {
      if (!(await isRunnable(path))) continue;
      isPresent = true;
      const found = await probeRedisServer(path);
      if (typeof found !== 'string') return found;
      tried.push(`${path}: ${found}`);
    }
    if (!isPresent) tried.push(`${program}: not on PATH`);
  }
  return undefined;
}

async function isWritable(dir: string): Promise<boolean> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await access(dir, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function searchPrivate(
  search: RedisSearch,
  env: NodeJS.ProcessEnv,
  tried: string[],
): Promise<RedisServer | undefined> {
  const home = env.HOME ?? homedir();
  const caches = [env.XDG_CACHE_HOME || join(home, '.cache')].map((cache) => join(cache, 'auditlane'));
  for (const dir of [...caches, ...(search.fallbackDir === undefined ? [] : [search.fallbackDir])]) {
    if (!(await isWritable(dir))) {
      tried.push(`private copy in ${dir}: the folder is not writable`);
      continue;
    }
    const { onProgress } = search;
    const found = await providePrivateRedis(dir, { path: env.PATH ?? '', ...(onProgress && { onProgress }) });
    if ('path' in found) return found;
    tried.push(...found.map((line) => `private copy in ${dir}: ${line}`));
    return undefined;
  }
  return undefined;
}

/**
 * Finds a Redis or Valkey server, 6.2 or newer: `AUDIT_REDIS_SERVER` if it is set (and then nothing else), else
 * `redis-server` or `valkey-server` on PATH, else a private copy of the distribution's package in the user's cache.
 * Fails with `no_redis`, naming each thing tried with its last line of complaint.
 */
export async function findRedisServer(search: RedisSearch = {}): Promise<RedisServer> {
  const env = search.env ?? process.env;
  const named = env.AUDIT_REDIS_SERVER;
  if (named !== undefined && named !== '') {
    const found = await probeRedisServer(named);
    if (typeof found !== 'string') return found;
    throw new EmbeddedError('no_redis', `AUDIT_REDIS_SERVER names ${named}, which cannot serve: ${found}`);
  }
  const tried: string[] = [];
  const found = (await searchPath(env, tried)) ?? (await searchPrivate(search, env, tried));
  if (found !== undefined) return found;
  throw new EmbeddedError(
    'no_redis',
    `no Redis 6.2 or newer could be had. Give REDIS_URL, or install redis-server. Tried:\n${tried.map((line) => `  - ${line}`).join('\n')}`,
  );
}
