import { useRedis } from '@auditlane/testkit';
import { describe, expect, test } from 'vitest';
import { checkRedis, type Queue } from '../src/index.ts';
import { claimOptions, claimSome, codeOf, entries, KEYS, openQueue } from './support/test-queue.ts';
import { buildBeat } from './support/worker-beat.ts';

const { url, redis } = await useRedis();
const MAIN = { lane: 'main', capacity: 10_000 } as const;
const FINISH = { stored: 2, duplicates: 0, deadLetters: [], held: [] } as const;

type Verb = 'enqueue' | 'claim' | 'renew' | 'finish' | 'release' | 'adopt' | 'inspect' | 'expired' | 'addStats';

function call(queue: Queue, verb: Verb, batchId: string): Promise<unknown> {
  switch (verb) {
    case 'enqueue':
      return queue.enqueue(['x'], MAIN);
    case 'claim':
      return queue.claim(claimOptions({ batchId: 'new' }));
    case 'renew':
      return queue.renew({ batchId, epoch: 1, leaseMs: 1000, state: 'sent' });
    case 'finish':
      return queue.finish({ batchId, epoch: 1, ...FINISH });
    case 'release':
      return queue.release({ batchId, epoch: 1 });
    case 'adopt':
      return queue.adopt({ batchId, worker: 'w2', leaseMs: 1000 });
    case 'inspect':
      return queue.inspect();
    case 'expired':
      return queue.expired({ limit: 10 });
    case 'addStats':
      return queue.addStats({ replayed: 1 });
  }
}

/** Every key and its content but the one that was tampered with. */
async function dump(except: string): Promise<Readonly<Record<string, unknown>>> {
  const names = (await redis.keys('*')).filter((name) => name !== except).toSorted();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await redis.dumpBuffer(name)] as const)),
  );
}

const TARGETS: readonly (readonly [string, string, readonly Verb[]])[] = [
  ['the main lane', KEYS.queue, ['enqueue', 'claim', 'release', 'adopt', 'inspect']],
  ['the urgent lane', KEYS.urgent, ['claim', 'release', 'adopt', 'inspect']],
  ['the leases', KEYS.leases, ['claim', 'renew', 'finish', 'release', 'adopt', 'expired']],
  ['the meta', KEYS.meta, ['claim', 'renew', 'finish', 'release', 'adopt', 'inspect', 'expired']],
  ['the stats', KEYS.stats, ['enqueue', 'claim', 'renew', 'finish', 'release', 'adopt', 'inspect', 'addStats']],
  ['the epoch', KEYS.epoch, ['enqueue', 'inspect']],
  ['the list of the claim', KEYS.batch('held'), ['finish', 'release', 'adopt']],
  ['the dead letters', KEYS.failed, ['finish', 'inspect']],
  ['the ids of dead letters', KEYS.failedIds, ['finish']],
  ['the hold', KEYS.hold, ['finish', 'inspect']],
];

describe('row 94: a key of another type', () => {
  test.each(TARGETS)(
    '%s refuses by name each call that needs it, and nothing is popped or written',
    async (_name, key, verbs) => {
      const { queue } = openQueue(url);
      await queue.enqueue(entries(4), MAIN);
      await queue.enqueue(['urgent'], { lane: 'urgent', capacity: 10 });
      const { batchId } = await claimSome(queue, { batchId: 'held', limit: 2 });
      await redis.del(key);
      if (key === KEYS.epoch) await redis.lpush(key, 'tampered');
      else await redis.set(key, 'tampered');
      const before = await dump(key);
      for (const verb of verbs) {
        const error: unknown = await call(queue, verb, batchId).catch((reason: unknown) => reason);
        expect({ verb, error }).toMatchObject({
          verb,
          error: { code: 'wrong_type', message: expect.stringContaining(key) },
        });
      }
      expect(await dump(key)).toEqual(before);
    },
  );

  test('the workers hash refuses beats by name', async () => {
    const { queue } = openQueue(url);
    await redis.set(KEYS.workers, 'tampered');
    expect(await codeOf(queue.beats())).toBe('wrong_type');
    expect(await codeOf(queue.beat('w1', buildBeat()))).toBe('wrong_type');
    expect(await codeOf(queue.forget('w1'))).toBe('wrong_type');
  });
});

describe('row 94: the self-check', () => {
  const capacities = { capacity: 100, urgentCapacity: 10 };
  const codes = async (): Promise<readonly string[]> => {
    const { connection } = openQueue(url);
    const faults = await checkRedis(connection, KEYS, capacities);
    return faults
      .filter(({ code }) => code === 'wrong_type' || code === 'expiring_key')
      .map(({ code, message }) => `${code} ${message}`);
  };

  test('it finds nothing wrong with keys in use', async () => {
    const { queue } = openQueue(url);
    await queue.enqueue(entries(4), MAIN);
    await claimSome(queue, { limit: 2 });
    expect(await codes()).toEqual([]);
  });

  test('it names a key that expires, the list of a claim included, and a key of another type', async () => {
    const { queue } = openQueue(url);
    await queue.enqueue(entries(4), MAIN);
    const { batchId } = await claimSome(queue, { limit: 2 });
    await redis.pexpire(KEYS.queue, 3_600_000);
    await redis.pexpire(KEYS.batch(batchId), 3_600_000);
    await redis.set(KEYS.hold, 'tampered');
    const found = await codes();
    expect(found).toHaveLength(3);
    expect(found).toContainEqual(expect.stringMatching(/^expiring_key .*audit:queue expires/u));
    expect(found).toContainEqual(expect.stringContaining(`expiring_key Redis key ${KEYS.batch(batchId)}`));
    expect(found).toContainEqual(expect.stringMatching(/^wrong_type .*audit:hold is a string/u));
  });

  test('it survives a meta hash of another type', async () => {
    await redis.set(KEYS.meta, 'tampered');
    expect(await codes()).toEqual([expect.stringContaining('audit:meta')]);
  });
});

test('row 94: entries with names of scripts and commands inside stay bytes', async () => {
  const { queue } = openQueue(url);
  const hostile = ["'); redis.call('FLUSHALL') --", '*1\r\n$8\r\nFLUSHALL\r\n', '\u0000', '${KEYS[1]}', ']]'];
  await queue.enqueue(hostile, MAIN);
  expect((await claimSome(queue)).entries.map(String)).toEqual(hostile);
});
