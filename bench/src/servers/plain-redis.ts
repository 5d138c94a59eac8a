import { Redis } from 'ioredis';

/** A connection with the defaults of ioredis, which waits for its server; it ends with its block. */
export function openPlainRedis(url: string): Redis & AsyncDisposable {
  const redis = new Redis(url);
  return Object.assign(redis, { [Symbol.asyncDispose]: () => Promise.resolve(redis.disconnect()) });
}
