import { Redis } from 'ioredis';

/** A connection that ends with its block. */
export type RedisClient = Redis & AsyncDisposable;

/**
 * Connects as the bench, and resolves when commands can be sent; rejects when the server cannot be reached. No command has
 * a deadline: copying a million entries takes what it takes. A server that ends later is not an uncaught error of the
 * bench: the next command fails and says so, once ioredis has tried as often as it does by default.
 */
export async function openRedis(url: string): Promise<RedisClient> {
  const redis = new Redis(url, { connectionName: 'bench', lazyConnect: true });
  let cause: unknown;
  redis.on('error', (error: unknown) => (cause = error));
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    throw new Error(`Redis cannot be reached at ${new URL(url).host}`, { cause: cause ?? error });
  }
  return Object.assign(redis, { [Symbol.asyncDispose]: () => Promise.resolve(redis.disconnect()) });
}
