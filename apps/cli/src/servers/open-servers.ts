import { connectRedis, createQueue, toQueueKeys, whenReady, type Queue, type QueueKeys } from '@auditlane/queue';
import { ConfigError } from '@auditlane/runtime';
import { createPool, type Pool, type PoolOptions } from '@auditlane/store';
import { toPostgresError, toRedisError } from './explain-error.ts';
import { readSettings, toGivenDatabaseUrl, toGivenRedisUrl, toSsl, type Settings } from './settings.ts';

export type Redis = ReturnType<typeof connectRedis>;

/** A connection that answers. */
export interface RedisAccess {
  readonly redis: Redis;
  readonly queue: Queue;
  readonly keys: QueueKeys;
}

/** The settings and both servers, opened when first asked for and closed when the process's stack closes. */
export interface Servers {
  settings(): Settings;
  /** Throws CliError `unreachable` or `denied`, naming the server and the remedy. */
  redis(): Promise<RedisAccess>;
  /** With the rights of the login; a statement ends after a minute. Throws as `redis` does. */
  pool(): Promise<Pool>;
  /** A pool with other options, such as the role of workers; it connects with its first query. */
  poolWith(url: string, options: Partial<PoolOptions>): Pool;
  databaseUrl(): string;
}

const CONNECT_MS = 5000;
const COMMAND_MS = 10_000;
const STATEMENT_MS = 60_000;
const END_MS = 1000;
const NAME = 'auditlane-cli';

/** Makes the servers of one command. No I/O until something is asked for. */
export function createServers(stack: AsyncDisposableStack): Servers {
  const settings = once(readSettings);
  const redis = once(() => openRedis(settings(), stack));
  const poolWith = (url: string, options: Partial<PoolOptions>): Pool =>
    openPool({ ...toSsl(settings().env), ...options }, url, stack);
  const databaseUrl = (): string => toGivenDatabaseUrl(settings());
  const pool = once(async () => {
    const opened = poolWith(databaseUrl(), {});
    await opened.query('select 1').catch((error: unknown) => {
      throw toPostgresError(error, databaseUrl());
    });
    return opened;
  });
  return { settings, redis, pool, poolWith, databaseUrl };
}

async function openRedis(settings: Settings, stack: AsyncDisposableStack): Promise<RedisAccess> {
  const url = toGivenRedisUrl(settings);
  const keys = toKeys(settings.env.AUDIT_QUEUE_KEY);
  const redis = connectRedis(url, { name: NAME, connectTimeoutMs: CONNECT_MS, commandTimeoutMs: COMMAND_MS });
  stack.defer(() => redis.disconnect());
  try {
    await whenReady(redis, CONNECT_MS);
    return { redis, keys, queue: createQueue(redis, keys) };
  } catch (error) {
    throw toRedisError(error, url);
  }
}

function toKeys(queueKey: string): QueueKeys {
  try {
    return toQueueKeys(queueKey);
  } catch (error) {
    throw new ConfigError([{ name: 'AUDIT_QUEUE_KEY', problem: 'cannot name a queue' }], { cause: error });
  }
}

function openPool(options: Partial<PoolOptions>, url: string, stack: AsyncDisposableStack): Pool {
  const pool = createPool(url, {
    applicationName: NAME,
    max: 4,
    connectTimeoutMs: CONNECT_MS,
    statementTimeoutMs: STATEMENT_MS,
    queryTimeoutMs: STATEMENT_MS + 2000,
    ...options,
  });
  // A statement that hangs is left to the end of the process.
  stack.defer(async () => {
    const waited = Promise.withResolvers<void>();
    const timer = setTimeout(waited.resolve, END_MS);
    await Promise.race([pool.end(), waited.promise]);
    clearTimeout(timer);
  });
  return pool;
}

/** The first result again and again; a failure, too. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
