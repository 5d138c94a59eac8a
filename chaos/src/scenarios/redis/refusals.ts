import { truncate, stat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '@auditlane/testkit/harness';
import { Redis } from 'ioredis';
import type { Scenario } from '../../scenario.ts';
import { restartServer } from '../../world/heal.ts';
import type { World } from '../../world/world.ts';
import { forMs, lockTable, underLoad, waitForBacklog } from '../during.ts';

/** What a push of the runner is answered now: the code of the refusal, or `OK`. */
async function probe(world: World): Promise<string> {
  const once = new Redis(world.redisServer.url, {
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    commandTimeout: 1000,
  });
  once.on('error', () => undefined);
  try {
    await once.eval(`return redis.call('SETEX', 'chaos:probe', 60, 'x')`, 0);
    return 'OK';
  } catch (error) {
    return /^(?:ERR|-)?\s*([A-Z]+)/.exec(error instanceof Error ? error.message : '')?.[1] ?? 'TIMEOUT';
  } finally {
    once.disconnect();
  }
}

/** Makes Redis refuse for two seconds under load. */
async function refuse(
  world: World,
  o: { readonly begin: () => Promise<unknown>; readonly end: () => Promise<unknown> },
): Promise<void> {
  await underLoad(world, { rate: 300 }, async () => {
    await o.begin();
    world.happened('a push was refused', (await probe(world)) === 'OK' ? 0 : 1);
    await forMs(2000);
    await o.end();
  });
}

/** Cuts bytes off the end of the append-only file of a Redis that is not running. */
async function cutTail(world: World, bytes: number): Promise<number> {
  const folder = join(world.redisServer.dataDir, 'appendonlydir');
  const name = (await readdir(folder))
    .filter((file) => file.endsWith('.incr.aof'))
    .toSorted()
    .at(-1);
  if (name === undefined) return 0;
  const path = join(folder, name);
  const { size } = await stat(path);
  await truncate(path, Math.max(0, size - bytes));
  return Math.min(bytes, size);
}

export const REFUSALS: readonly Scenario[] = [
  {
    id: 'R9',
    title: 'maxmemory-policy is not noeviction',
    promise: 'a worker refuses to start, exit status 78',
    async run(world) {
      await world.producer.log(20);
      await world.redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
      const worker = await world.startWorker({ isReady: false });
      const { code } = await worker.exited;
      world.happened('exit status 78', code === 78 ? 1 : 0);
      await world.redis.config('SET', 'maxmemory-policy', 'noeviction');
    },
  },
  {
    id: 'R14',
    title: 'Redis is busy with a foreign script for 3 s',
    promise: 'calls time out and are repeated; nothing hangs',
    async run(world) {
      await underLoad(world, { rate: 300 }, async () => {
        const startedMs = performance.now();
        const until = `local t = redis.call('TIME') local e = t[1] + 3 repeat t = redis.call('TIME') until tonumber(t[1]) >= e return 1`;
        await world.redis.eval(until, 0);
        world.happened('busy for two seconds and more', performance.now() - startedMs > 2000 ? 1 : 0);
      });
    },
  },
  {
    id: 'R15',
    title: 'Redis loads a backlog after a kill',
    promise: 'clients and workers wait for it',
    world: { client: { maxQueueLength: 200_000, bufferMaxEvents: 50_000 } },
    async run(world) {
      const unlock = await lockTable(world);
      await world.producer.log(30_000);
      await waitForBacklog(world, 30_000);
      await world.redisServer.kill();
      const restarting = restartServer(world.redisServer);
      world.producer.burst(500);
      await restarting;
      await unlock();
      const { main, inFlight } = await world.queue.inspect();
      world.happened('entries loaded', main.depth + inFlight.entries, 20_000);
    },
  },
  {
    id: 'R16',
    title: 'SCRIPT FLUSH, again and again',
    promise: 'scripts are sent whole; nobody notices',
    async run(world) {
      await underLoad(world, { rate: 300 }, async () => {
        for (let round = 0; round < 20; round += 1) {
          await world.redis.script('FLUSH');
          await forMs(100);
        }
      });
      world.happened('scripts flushed', 20, 20);
    },
  },
  {
    id: 'R17',
    title: 'the end of the append-only file is torn off, in the middle of a transaction',
    promise: 'the prefix is restored, the rest is replayed',
    losesCounters: true,
    async run(world) {
      let cut = 0;
      await underLoad(world, { rate: 300 }, async () => {
        for (let round = 0; round < 4; round += 1) {
          await forMs(700);
          await world.redisServer.kill();
          cut += await cutTail(world, world.random.integer(1, 3000));
          await restartServer(world.redisServer);
        }
      });
      world.happened('bytes torn off', cut, 4);
    },
  },
  {
    id: 'R18',
    title: 'the append-only file is rewritten under load, again and again',
    promise: 'nothing but latency',
    async run(world) {
      let rewrites = 0;
      await underLoad(world, { rate: 300 }, async () => {
        for (let round = 0; round < 6; round += 1) {
          rewrites += await world.redis.bgrewriteaof().then(
            () => 1,
            () => 0,
          );
          await forMs(400);
        }
      });
      world.happened('rewrites', rewrites, 2);
    },
  },
  {
    id: 'R19',
    title: 'somebody puts a string in the place of the queue',
    promise: 'scripts refuse before they write; nothing is popped',
    async run(world) {
      const { queue } = world.keys;
      const swap = `if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('RENAME', KEYS[1], KEYS[2]) end redis.call('SET', KEYS[1], 'x') return redis.call('TYPE', KEYS[1]).ok`;
      const back = `redis.call('DEL', KEYS[1]) if redis.call('EXISTS', KEYS[2]) == 1 then redis.call('RENAME', KEYS[2], KEYS[1]) end return 1`;
      await underLoad(world, { rate: 300 }, async () => {
        const type = await world.redis.eval(swap, 2, queue, 'chaos:aside');
        await forMs(2000);
        await world.redis.eval(back, 2, queue, 'chaos:aside');
        world.happened('the queue was a string', type === 'string' ? 1 : 0);
      });
    },
  },
  {
    id: 'R20',
    title: 'Redis is a replica for 2 s (READONLY)',
    promise: 'refused pushes are spooled or wait',
    run: (world) =>
      refuse(world, {
        begin: () => world.redis.call('REPLICAOF', '127.0.0.1', '1'),
        end: () => world.redis.call('REPLICAOF', 'NO', 'ONE'),
      }),
  },
  {
    id: 'R21',
    title: 'rights are taken away for 2 s (NOPERM)',
    promise: 'an infrastructure error: no dead letter, no loss',
    run: (world) =>
      refuse(world, {
        begin: () => world.redis.call('ACL', 'SETUSER', 'default', '-@scripting'),
        end: () => world.redis.call('ACL', 'SETUSER', 'default', '+@scripting'),
      }),
  },
  {
    id: 'R22',
    title: 'the clock of Redis jumps an hour ahead, then back',
    promise: 'leases end early or late: work is repeated, rows are not',
    async run(world) {
      const unlock = await lockTable(world);
      await world.producer.log(300);
      await waitForBacklog(world, 300);
      await world.startWorker();
      const shift = `local n = 0 for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do redis.call('ZINCRBY', KEYS[1], ARGV[1], id) n = n + 1 end return n`;
      let shifted = 0;
      // A holder that renews in time keeps its claim: again, until somebody else was faster.
      const isAdopted = async (): Promise<boolean> => {
        shifted += Number(await world.redis.eval(shift, 1, world.keys.leases, '-3600000'));
        return (await world.stat('adopted')) > 0;
      };
      await waitFor(isAdopted, { deadlineMs: 30_000, everyMs: 50, message: 'a claim is adopted' });
      await unlock();
      world.happened('leases that ended early', shifted);
      world.happened('adopted', await world.stat('adopted'));
    },
  },
];
