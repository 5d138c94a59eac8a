import { useRedis } from '@auditlane/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { DeduplicationStore } from '../../../src/events/batching/deduplication-store.ts';
import {
  createRedisDeduplication,
  type RedisDeduplicationOptions,
} from '../../../src/events/batching/redis-deduplication.ts';
import { createBatched } from '../support/batched.ts';
import { buildSecurityEvent } from '../support/build-security-event.ts';

const { url, redis } = await useRedis();

function createStore(options: RedisDeduplicationOptions = {}) {
  const store = createRedisDeduplication({ redisUrl: url, ...options });
  onTestFinished(() => store.close?.());
  return store;
}

test('of many claims at once from several processes exactly one is the first, and the others learn which', async () => {
  const stores = [createStore(), createStore(), createStore({ redis })];
  const claims = Array.from({ length: 60 }, (_, n) => ({ id: `id-${n}`, at: n }));
  const answers = await Promise.all(claims.map(async (event, n) => stores[n % 3]?.claim('same', event, 5000)));
  const first = claims.filter((_, n) => answers[n] === null);
  expect(first).toHaveLength(1);
  expect(answers.filter((answer) => answer !== null)).toEqual(Array.from({ length: 59 }, () => first[0]));
});

test('a claim goes by itself when its window is over', async () => {
  const store = createStore();
  await store.claim('short', { id: 'a', at: 1 }, 60_000);
  const [key] = await redis.keys('audit:dedup:*');
  const left = await redis.pttl(key ?? '');
  expect(left).toBeGreaterThan(50_000);
  expect(left).toBeLessThanOrEqual(60_000);
  await redis.del(key ?? '');
  expect(await store.claim('short', { id: 'b', at: 2 }, 60_000)).toBeNull();
});

test('fingerprints and prefixes are apart, and Redis sees no text of an event', async () => {
  const store = createStore();
  const other = createStore({ keyPrefix: 'other:' });
  for (const claim of [
    store.claim('secret-1', { id: 'a', at: 1 }, 5000),
    store.claim('secret-2', { id: 'b', at: 1 }, 5000),
    other.claim('secret-1', { id: 'c', at: 1 }, 5000),
  ]) {
    expect(await claim).toBeNull();
  }
  const keys = await redis.keys('*');
  expect(keys).toHaveLength(3);
  expect(keys.join()).not.toContain('secret');
});

test('two processes store one first event between them, and each a summary of what it counted', async () => {
  const options = { enableDeduplication: true } as const;
  const one = createBatched({ ...options, deduplicationStore: createStore() });
  const two = createBatched({ ...options, deduplicationStore: createStore() });
  const event = (): ReturnType<typeof buildSecurityEvent> =>
    buildSecurityEvent({ priority: 'info', details: { userId: 'u' } });
  const first = await one.batched.addEvent(event());
  expect(first).toMatchObject({ status: 'buffered' });
  for (const { batched } of [one, two, two, two]) {
    expect(await batched.addEvent(event())).toMatchObject({ status: 'deduplicated' });
  }
  await Promise.all([one.batched.close(), two.batched.close()]);
  const firstId = 'id' in first ? first.id : '';
  expect(one.processor.events).toMatchObject([{ id: firstId }, { coalesced: { count: 1, firstId } }]);
  expect(two.processor.events).toMatchObject([{ coalesced: { count: 3, firstId } }]);
});

test('without an address it is the Redis of the environment', async () => {
  vi.stubEnv('REDIS_URL', url);
  onTestFinished(() => void vi.unstubAllEnvs());
  const store = createRedisDeduplication();
  onTestFinished(() => store.close?.());
  expect(await store.claim('of the environment', { id: 'a', at: 1 }, 5000)).toBeNull();
  expect(await redis.keys('audit:dedup:*')).toHaveLength(1);
});

test('with a wrong option every claim says which, and each process counts for itself', async () => {
  for (const [options, fault] of [
    [{ redisUrl: 'http://127.0.0.1' }, 'redisUrl: must be a URL'],
    [{ redisUrl: 6379 }, 'redisUrl: '],
    [{ keyPrefix: '' }, 'keyPrefix: '],
    [{ redis: {} }, 'redis: must have call'],
    [{ redisURL: url }, 'redisURL: '],
    [null, 'createRedisDeduplication'],
  ] as const) {
    const store: DeduplicationStore = Reflect.apply(createRedisDeduplication, undefined, [options]);
    await expect(store.claim('x', { id: 'a', at: 1 }, 5000)).rejects.toThrow(fault);
    await store.close?.();
  }
  expect(await redis.keys('*')).toEqual([]);
});

test('while Redis is away every event counts as the first', async () => {
  const store = createRedisDeduplication({ redisUrl: 'redis://127.0.0.1:1' });
  const { batched } = createBatched({ enableDeduplication: true, deduplicationStore: store });
  expect(await batched.addEvent(buildSecurityEvent({ priority: 'info' }))).toMatchObject({ status: 'buffered' });
});
