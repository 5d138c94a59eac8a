import { once } from 'node:events';
import { Redis } from 'ioredis';

/** A connection of the measurement itself, open and without deadlines; it ends with its block. */
export async function openRedis(url: string): Promise<Redis & AsyncDisposable> {
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  await once(redis, 'ready');
  return Object.assign(redis, {
    [Symbol.asyncDispose]: () => {
      redis.disconnect();
      return Promise.resolve();
    },
  });
}
