import { Redis } from 'ioredis';
import { afterAll, beforeEach } from 'vitest';

import { startTestRedis, type TestRedisOptions } from './start-test-redis.ts';
import type { TestServer } from './test-server.ts';

/** What {@link useRedis} gives. */
export interface RedisFixture {
  readonly url: string;
  /** A connected client of the fixture's own. */
  readonly redis: Redis;
  readonly server: TestServer;
  /** Empties the server; done before each test anyway. */
  flush(): Promise<void>;
}

/**
 * A private Redis for this test file (or `describe`): `const { url, redis } = await useRedis();` at its top level.
 * Emptied before each test, stopped after the last.
 */
export async function useRedis(options: TestRedisOptions = {}): Promise<RedisFixture> {
  const server = await startTestRedis(options);
  const redis = new Redis(server.url, { maxRetriesPerRequest: null });
  // A test that kills the server reads the refusals elsewhere; without a listener ioredis prints each of them.
  redis.on('error', () => undefined);
  const flush = async (): Promise<void> => {
    await redis.flushall();
  };
  beforeEach(flush);
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  return { url: server.url, redis, server, flush };
}
