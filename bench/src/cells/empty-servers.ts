import { emptyTables } from '../drain-run.ts';
import { connectPostgres } from '../postgres-client.ts';
import type { Stack } from '../stack.ts';
import { openPlainRedis } from './plain-redis.ts';

/** Empties both servers and writes a checkpoint, so that no variant pays for what the one before it has left. */
export async function emptyServers(stack: Stack): Promise<void> {
  await using redis = openPlainRedis(stack.redis.url);
  await using database = await connectPostgres(stack.postgres.url);
  await redis.flushall();
  await emptyTables(database);
}
