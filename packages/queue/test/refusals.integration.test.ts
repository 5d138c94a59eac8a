import { useRedis, waitFor } from '@auditlane/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectRedis, createQueue } from '../src/index.ts';
import { claimOptions, claimSome, codeOf, endLease, entries, KEYS, openQueue } from './support/test-queue.ts';

const { url, redis } = await useRedis();
const MAIN = { lane: 'main', capacity: 10_000 } as const;

describe('a refusal by Redis has a name, and nothing is done', () => {
  test('too few replicas', async () => {
    const { queue } = openQueue(url);
    await queue.enqueue(entries(2), MAIN);
    await redis.config('SET', 'min-replicas-to-write', '1');
    onTestFinished(async () => void (await redis.config('SET', 'min-replicas-to-write', '0')));
    expect(await codeOf(queue.enqueue(['x'], MAIN))).toBe('no_replicas');
    expect(await codeOf(queue.claim(claimOptions()))).toBe('no_replicas');
    expect(await redis.llen(KEYS.queue)).toBe(2);
    expect(await redis.exists(KEYS.meta)).toBe(0);
  });

  test('a user without the rights', async () => {
    const queue = await openQueueAs('reader', ['+@all', '-evalsha', '-eval']);
    expect(await codeOf(queue.enqueue(['x'], MAIN))).toBe('denied');
  });

  test('a foreign script that runs for long', async () => {
    const { queue } = openQueue(url, 500);
    await queue.enqueue(['a'], MAIN);
    await redis.config('SET', 'busy-reply-threshold', '50');
    onTestFinished(async () => void (await redis.config('SET', 'busy-reply-threshold', '5000')));
    const busy = redis.duplicate();
    onTestFinished(() => busy.disconnect());
    // Ends by itself, should this test fail before it ends it.
    const loop = "local start = redis.call('TIME')[1] while redis.call('TIME')[1] - start < 10 do end";
    const killed = codeOf(busy.eval(loop, 0));
    await waitFor(() =>
      redis.ping().then(
        () => false,
        () => true,
      ),
    );
    const code = await codeOf(queue.enqueue(['b'], MAIN));
    await redis.script('KILL');
    await killed;
    expect(code).toBe('busy');
    expect(await redis.llen(KEYS.queue)).toBe(1);
  });
});

async function openQueueAs(name: string, rules: readonly string[]) {
  await redis.acl('SETUSER', name, 'on', '>pass', '~audit:*', '&audit:*', ...rules);
  onTestFinished(async () => void (await redis.acl('DELUSER', name)));
  const connection = connectRedis(url.replace('://', `://${name}:pass@`), { name });
  onTestFinished(() => connection.disconnect());
  return createQueue(connection, KEYS);
}

const CONNECTING = ['-@all', '+hello', '+client', '+info', '+ping', '+evalsha', '+eval', '+type'] as const;

describe('rights', () => {
  test('a producer needs scripts, INFO, the handshake and the few commands of a push', async () => {
    const pushing = ['+llen', '+lpush', '+hdel', '+hincrby', '+setnx', '+get', '+publish'];
    const marking = ['+hget', '+hset', '+hlen', '+time'];
    const queue = await openQueueAs('producer', [...CONNECTING, ...pushing, ...marking]);
    const producer = { id: 'p1', stream: 'main', push: 1, marked: 0, givenUp: 0 } as const;
    const pushed = await queue.enqueue(entries(2), { ...MAIN, dropped: { spool_full: 1 }, producer });
    expect(pushed).toMatchObject({ accepted: 2, isMarked: true });
    expect(await queue.lastPush('p1')).toMatchObject({ marks: { main: 1 }, runId: expect.any(String) });
    expect(await queue.retire({ id: 'p1', lastSeq: 2, givenUp: 0 })).toBe('retired');
    expect(['denied', 'protocol']).toContain(await codeOf(queue.claim(claimOptions())));
    expect((await claimSome(openQueue(url).queue)).entries).toHaveLength(2);
  });

  test.each(['rpush', 'lmove', 'zadd', 'hset'])('a worker that may take but not %s takes nothing', async (missing) => {
    await openQueue(url).queue.enqueue(entries(5), MAIN);
    const queue = await openQueueAs('halfworker', ['+@all', `-${missing}`]);
    expect(await codeOf(queue.claim(claimOptions()))).toBe('denied');
    expect(await redis.llen(KEYS.queue)).toBe(5);
  });

  test('a worker that may not end a claim as a whole leaves it as it was', async () => {
    const full = openQueue(url).queue;
    await full.enqueue(entries(2), MAIN);
    const { batchId, epoch } = await claimSome(full);
    const queue = await openQueueAs('halfworker', ['+@all', '-rpush', '-sadd', '-zadd']);
    const outcome = { batchId, epoch, stored: 2, duplicates: 0, deadLetters: [], held: [] };
    expect(await codeOf(queue.finish(outcome))).toBe('denied');
    expect(await codeOf(queue.release({ batchId, epoch }))).toBe('denied');
    await endLease(redis, batchId);
    expect(await codeOf(queue.adopt({ batchId, worker: 'w2', leaseMs: 1000 }))).toBe('denied');
    expect(await full.finish(outcome)).toBe('finished');
  });
});

test('a push that may not publish is still a push', async () => {
  const queue = await openQueueAs('mute', ['resetchannels', '+@all']);
  expect(await queue.enqueue(['a'], MAIN)).toMatchObject({ accepted: 1 });
});
