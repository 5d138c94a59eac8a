import { useRedis } from '@auditlane/testkit';
import { describe, expect, test } from 'vitest';
import { claimSome, codeOf, entries, KEYS, openQueue } from './support/test-queue.ts';
import { buildBeat } from './support/worker-beat.ts';

const { url, redis } = await useRedis();
const MAIN = { lane: 'main', capacity: 10_000 } as const;

function entryMintedAt(ms: number): string {
  const hex = ms.toString(16).padStart(12, '0');
  return `{"v":1,"id":"${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000","event_type":"x"}`;
}

describe('inspecting', () => {
  test('an untouched Redis is an empty queue', async () => {
    const { redisTimeMs, ...state } = await openQueue(url).queue.inspect();
    expect(Math.abs(redisTimeMs - Date.now())).toBeLessThan(60_000);
    expect(state).toEqual({
      main: { depth: 0, oldestAgeMs: null },
      urgent: { depth: 0, oldestAgeMs: null },
      inFlight: { claims: 0, entries: 0 },
      failed: 0,
      held: 0,
      stats: {},
      conservationDifference: 0,
      oldestAgeMs: null,
      incarnation: null,
    });
  });

  test('the age of a lane is that of its oldest entry, by the clock of Redis', async () => {
    const { queue } = openQueue(url);
    const { redisTimeMs } = await queue.inspect();
    await queue.enqueue([entryMintedAt(redisTimeMs - 60_000), entryMintedAt(redisTimeMs - 1000)], MAIN);
    await queue.enqueue([entryMintedAt(redisTimeMs - 30_000)], { lane: 'urgent', capacity: 10 });
    const state = await queue.inspect();
    expect(state.main.oldestAgeMs).toBe(60_000 + state.redisTimeMs - redisTimeMs);
    expect(state.urgent.oldestAgeMs).toBe(30_000 + state.redisTimeMs - redisTimeMs);
    expect(state.oldestAgeMs).toBe(state.main.oldestAgeMs);
  });

  test('foreign bytes at the tail have no age and break nothing', async () => {
    const { queue } = openQueue(url);
    await redis.lpush(KEYS.queue, Buffer.from([0xff, 0x00, 0xfe]));
    await redis.lpush(KEYS.urgent, 'x'.repeat(1_000_000));
    expect(await queue.inspect()).toMatchObject({ main: { depth: 1 }, urgent: { depth: 1 }, oldestAgeMs: null });
  });

  test('a lost entry shows above zero, an entry pushed past the script below', async () => {
    const { queue } = openQueue(url);
    await queue.enqueue(entries(5), MAIN);
    await redis.rpop(KEYS.queue);
    expect((await queue.inspect()).conservationDifference).toBe(1);
    await redis.lpush(KEYS.queue, 'a', 'b', 'c');
    expect((await queue.inspect()).conservationDifference).toBe(-2);
  });

  test('claims in flight are counted with their entries', async () => {
    const { queue } = openQueue(url);
    await queue.enqueue(entries(5), MAIN);
    await claimSome(queue, { limit: 2 });
    await claimSome(queue, { limit: 2 });
    expect((await queue.inspect()).inFlight).toEqual({ claims: 2, entries: 4 });
  });
});

describe('counters of others', () => {
  test('they add up beside those of the protocol', async () => {
    const { queue } = openQueue(url);
    await queue.addStats({ replayed: 2, 'dropped:late': 1, nothing: 0 });
    await queue.addStats({ replayed: 3 });
    await queue.addStats({});
    expect((await queue.inspect()).stats).toEqual({ replayed: 5, 'dropped:late': 1 });
  });

  test('those of the protocol and broken ones are refused', async () => {
    const { queue } = openQueue(url);
    for (const wrong of [{ enqueued: 1 }, { stored: 1 }, { replayed: -1 }, { replayed: 0.5 }, { 'No Name': 1 }]) {
      expect(await codeOf(queue.addStats(wrong))).toBe('invalid_call');
    }
  });
});

describe('beats', () => {
  test('each worker has its last one until it is forgotten', async () => {
    const { queue } = openQueue(url);
    await queue.beat('w1', buildBeat({ worker: 'w1' }));
    await queue.beat('w2', buildBeat({ worker: 'w2', metrics: [{ name: 'x' }] }));
    await queue.beat('w1', buildBeat({ worker: 'w1', state: 'draining' }));
    const beats = await queue.beats();
    expect(beats.toSorted((a, b) => a.worker.localeCompare(b.worker))).toEqual([
      buildBeat({ worker: 'w1', state: 'draining' }),
      buildBeat({ worker: 'w2', metrics: [{ name: 'x' }] }),
    ]);
    await queue.forget('w1');
    expect((await queue.beats()).map(({ worker }) => worker)).toEqual(['w2']);
  });

  test('unreadable ones are left out', async () => {
    const { queue } = openQueue(url);
    await redis.hset(
      KEYS.workers,
      'a',
      'nonsense',
      'b',
      '{}',
      'c',
      JSON.stringify({ ...buildBeat(), rss_bytes: 'many' }),
    );
    await queue.beat('w1', buildBeat());
    expect(await queue.beats()).toEqual([buildBeat()]);
  });
});
