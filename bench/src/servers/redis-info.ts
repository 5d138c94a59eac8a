import type { Redis } from 'ioredis';

/** Reads a section of Redis' INFO; a name that is not in it, or is no number, is NaN. */
export async function readInfo(redis: Redis, section: string): Promise<(name: string) => number> {
  const text = await redis.info(section);
  return (name) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);
}

/** What Redis has allocated for its data, in bytes. */
export async function usedMemoryBytes(redis: Redis): Promise<number> {
  return (await readInfo(redis, 'memory'))('used_memory');
}
