import { connectPostgres, type PostgresClient } from './postgres-client.ts';
import { openRedis, type RedisClient } from './redis-client.ts';
import type { Stack } from './stack.ts';

/** The servers of a run, connected. */
export interface Ground {
  readonly stack: Stack;
  readonly redis: RedisClient;
  readonly database: PostgresClient;
}

/** Connects to the servers; both connections end with the block. */
export async function openGround(stack: Stack): Promise<Ground & AsyncDisposable> {
  await using opened = new AsyncDisposableStack();
  const redis = opened.use(await openRedis(stack.redis.url));
  const database = opened.use(await connectPostgres(stack.postgres.url));
  const kept = opened.move();
  return { stack, redis, database, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
