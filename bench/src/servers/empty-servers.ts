import { settleAppendOnlyFile } from './append-only-file.ts';
import { emptyTables } from './empty-tables.ts';
import { connectPostgres } from './postgres-client.ts';
import { openRedis } from './redis-client.ts';
import type { Stack } from './stack.ts';

/** Empties both servers and writes a checkpoint, so that no variant pays for what the one before it has left. */
export async function emptyServers(stack: Stack): Promise<void> {
  await using redis = await openRedis(stack.redis.url);
  await using database = await connectPostgres(stack.postgres.url);
  await redis.flushall();
  // With nothing in it, so at once: the file must not reach the size at which Redis rewrites it while something is timed.
  await settleAppendOnlyFile(redis);
  await emptyTables(database);
}
