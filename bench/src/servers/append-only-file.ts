/** The append-only file of Redis: how large it is, and when it is rewritten. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { readInfo } from './redis-info.ts';

const REWRITE_ABOVE_BYTES = 256 * 1024 ** 2;
const POLL_MS = 50;

/** Its size in bytes. */
export async function appendOnlyBytes(redis: Redis): Promise<number> {
  return (await readInfo(redis, 'persistence'))('aof_current_size');
}

/** Rewrites until now, the one under way included, which is waited for. */
export async function countRewrites(redis: Redis): Promise<number> {
  for (;;) {
    const read = await readInfo(redis, 'persistence');
    if (read('aof_rewrite_in_progress') + read('aof_rewrite_scheduled') === 0) return read('aof_rewrites');
    await sleep(POLL_MS);
  }
}

/** Rewrites a large one now, so that Redis does not do it while a clock runs. */
export async function settleAppendOnlyFile(redis: Redis): Promise<void> {
  const read = await readInfo(redis, 'persistence');
  if (read('aof_current_size') - read('aof_base_size') < REWRITE_ABOVE_BYTES) return;
  await redis.bgrewriteaof();
  await countRewrites(redis);
}
