import { openRedis } from './redis-client.ts';
import type { Stack } from './stack.ts';

/** How often Redis syncs its append-only file; `always` is the guarantee, `everysec` loses up to a second on a power cut. */
export type Fsync = 'always' | 'everysec';

/** Runs `use` while Redis syncs so, and sets `always` again on every path. */
export async function withFsync<T>(stack: Stack, fsync: Fsync, use: () => Promise<T>): Promise<T> {
  await using redis = await openRedis(stack.redis.url);
  await redis.config('SET', 'appendfsync', fsync);
  try {
    return await use();
  } finally {
    await redis.config('SET', 'appendfsync', 'always');
  }
}
