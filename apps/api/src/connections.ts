import { connectRedis, whenReady } from '@auditlane/queue';
import { toRedisUrl } from '@auditlane/runtime';
import type { RateLimitedLog } from '@auditlane/runtime';
import { createPool } from '@auditlane/store';
import type { Pool } from '@auditlane/store';
import type { ApiEnv } from './env.ts';

export type RedisConnection = ReturnType<typeof connectRedis>;

export interface ConnectionContext {
  readonly env: ApiEnv;
  readonly stack: AsyncDisposableStack;
  readonly log: RateLimitedLog;
}

/** An answer about health must come soon: what does not answer within this is away. */
const REDIS_DEADLINE_MS = 1000;
const POOL_SIZE = 2;
const END_MS = 1000;

/** The connection for reading the queue's state; it connects with its first call and reconnects for ever. */
export function openRedis({ env, stack, log }: ConnectionContext): RedisConnection {
  const redis = connectRedis(toRedisUrl(env), {
    name: 'audit-api',
    commandTimeoutMs: REDIS_DEADLINE_MS,
    onError: (error) => void log.warn('redis_connection', { err: error }, 'redis connection failed'),
  });
  stack.defer(() => redis.disconnect());
  return redis;
}

/** A pool with a name of its own in the server's activity; it connects with its first query. */
export function openPool({ env, stack, log }: ConnectionContext, applicationName: string): Pool {
  const ssl = toDriverSsl(env.DATABASE_SSL);
  const pool = createPool(env.DATABASE_URL, {
    applicationName,
    max: POOL_SIZE,
    connectTimeoutMs: 2000,
    statementTimeoutMs: 2500,
    queryTimeoutMs: 3000,
    onError: (error) => void log.warn('postgres_connection', { err: error }, 'postgres connection failed'),
    ...(ssl === undefined ? {} : { ssl }),
  });
  stack.defer(() => endPool(pool));
  return pool;
}

/** Runs a command of Redis when it can be sent, else rejects at once or within the deadline. */
export async function withRedis<T>(redis: RedisConnection, run: () => Promise<T>): Promise<T> {
  await whenReady(redis, REDIS_DEADLINE_MS);
  return run();
}

/** Ends the pool, but waits no longer than a second: a statement that hangs is left to the end of the process. */
async function endPool(pool: Pool): Promise<void> {
  const waited = Promise.withResolvers<void>();
  const timer = setTimeout(waited.resolve, END_MS);
  await Promise.race([pool.end(), waited.promise]);
  clearTimeout(timer);
}

function toDriverSsl(word: ApiEnv['DATABASE_SSL']): boolean | 'no-verify' | undefined {
  return word === undefined || word === 'no-verify' ? word : word === 'verify-full';
}
