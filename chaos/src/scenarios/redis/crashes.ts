import { Redis } from 'ioredis';
import type { Scenario } from '../../scenario.ts';
import { restartServer } from '../../world/heal.ts';
import type { World } from '../../world/world.ts';
import { forMs, underLoad } from '../during.ts';

/** Counts how often the server process was replaced. */
async function killTimes(world: World, times: number): Promise<void> {
  const pids = new Set([world.redisServer.pid()]);
  for (let kill = 0; kill < times; kill += 1) {
    await forMs(world.random.integer(200, 800));
    await world.redisServer.kill();
    await restartServer(world.redisServer);
    pids.add(world.redisServer.pid());
  }
  world.happened('Redis killed', pids.size - 1, times);
}

/** On a connection of its own that gives up: one that resends would shut down the restarted server as well. */
async function shutDown(world: World): Promise<void> {
  const once = new Redis(world.redisServer.url, { retryStrategy: () => null, maxRetriesPerRequest: 0 });
  once.on('error', () => undefined);
  await once.shutdown('NOSAVE').catch(() => undefined);
  once.disconnect();
}

export const CRASHES: readonly Scenario[] = [
  {
    id: 'R1',
    title: 'Redis killed and restarted, appendfsync always',
    promise: 'every receipt survives',
    run: (world) => underLoad(world, { rate: 600 }, () => killTimes(world, 3)),
  },
  {
    id: 'R2',
    title: 'Redis killed and restarted, appendfsync everysec, healthy disk',
    promise: 'every receipt survives',
    world: { redisSettings: { appendfsync: 'everysec' } },
    run: (world) => underLoad(world, { rate: 600 }, () => killTimes(world, 3)),
  },
  {
    id: 'R5',
    title: 'Redis shut down cleanly, and by SHUTDOWN NOSAVE',
    promise: 'every receipt survives',
    async run(world) {
      await underLoad(world, { rate: 600 }, async () => {
        await world.redisServer.halt();
        await restartServer(world.redisServer);
        const before = world.redisServer.pid();
        await forMs(500);
        await shutDown(world);
        await restartServer(world.redisServer);
        world.happened('Redis shut down', world.redisServer.pid() === before ? 0 : 1);
      });
    },
  },
];
