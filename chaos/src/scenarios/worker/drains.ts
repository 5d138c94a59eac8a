import type { Scenario } from '../../scenario.ts';
import type { World } from '../../world/world.ts';
import { lockTable, underLoad, waitForBacklog, waitForLocked, waitForStat } from '../during.ts';

/** Ends the worker by a signal in the middle of a load; answers how it ended. */
async function drainBy(world: World, signal: NodeJS.Signals): Promise<void> {
  const worker = await world.startWorker();
  const { code } = await worker.stop(signal, 15_000);
  world.happened(`exit 0 after ${signal}`, code === 0 ? 1 : 0);
}

export const DRAINS: readonly Scenario[] = [
  {
    id: 'W6',
    title: 'SIGTERM and SIGINT in the middle of a batch',
    promise: 'the batch is finished or released, exit status 0, nobody waits for a lease',
    async run(world) {
      await underLoad(world, { rate: 400 }, async () => {
        await drainBy(world, 'SIGTERM');
        await drainBy(world, 'SIGINT');
      });
      world.happened('nothing had to be adopted', (await world.stat('adopted')) === 0 ? 1 : 0);
    },
  },
  {
    id: 'W7',
    title: 'worker stopped for three leases, then continued (zombie)',
    promise: 'its late finish is fenced, its late insert is absorbed',
    async run(world) {
      const unlock = await lockTable(world);
      await world.producer.log(100);
      await waitForLocked(world, 1);
      const [zombie] = world.workers;
      zombie?.child.kill('SIGSTOP');
      const before = await world.stat('adopted');
      await world.startWorker();
      await waitForStat(world, 'adopted', before + 1);
      zombie?.child.kill('SIGCONT');
      await waitForStat(world, 'fenced', 1);
      await unlock();
      world.happened('fenced', await world.stat('fenced'));
    },
  },
  {
    id: 'W11',
    title: 'workers scaled 4 to 1 to 4 under load',
    promise: 'graceful ends leave nothing to adopt',
    world: { workers: 4 },
    async run(world) {
      await underLoad(world, { rate: 600 }, async () => {
        const ends = await Promise.all(world.workers.slice(1).map((worker) => worker.stop('SIGINT', 15_000)));
        world.happened('graceful ends', ends.filter(({ code }) => code === 0).length, 3);
        for (let count = 0; count < 3; count += 1) await world.startWorker();
        await waitForBacklog(world, 0);
      });
      world.happened('nothing had to be adopted', (await world.stat('adopted')) === 0 ? 1 : 0);
    },
  },
];
