import { waitFor } from '@auditlane/testkit/harness';
import type { Scenario } from '../../scenario.ts';
import { lockTable, waitForBacklog, waitForDrain } from '../during.ts';
import type { World } from '../../world/world.ts';

async function usedMemory(world: World): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await world.redis.info('memory'))?.[1]);
}

export const MEMORY: readonly Scenario[] = [
  {
    id: 'R8',
    title: 'Redis at maxmemory while the queue is full of events',
    promise: 'pushes are refused and spooled, the drain goes on to an empty queue',
    async run(world) {
      const unlock = await lockTable(world);
      await world.producer.log(3000);
      await waitForBacklog(world, 3000);
      await world.redis.config('SET', 'maxmemory', String((await usedMemory(world)) - 10_000));
      const refused = await world.redis.lpush('chaos:probe', 'x').then(
        () => 0,
        (error: Error) => (error.message.startsWith('OOM') ? 1 : 0),
      );
      world.happened('a push was refused for memory', refused);
      world.producer.burst(500);
      await unlock();
      await waitForDrain(world);
      world.happened('drained below maxmemory', 1);
      await world.redis.config('SET', 'maxmemory', '0');
      await waitFor(async () => (await world.stat('stored')) + (await world.stat('duplicates')) >= 3500, {
        deadlineMs: 60_000,
        message: 'what was refused came later',
      });
    },
  },
];
