import type { Scenario } from '../../scenario.ts';
import { lockTable, waitForBacklog, waitForDrain, waitForStat } from '../during.ts';

export const POISON: readonly Scenario[] = [
  {
    id: 'W5',
    title: 'worker killed while it looks for the poison in a batch',
    promise: 'each event ends in the table or among the dead letters, never in both',
    async run(world) {
      const unlock = await lockTable(world);
      for (let part = 0; part < 10; part += 1) {
        world.producer.burst(20);
        world.producer.burst(1, 'poison');
      }
      await waitForBacklog(world, 210);
      await unlock();
      await waitForStat(world, 'enqueued', 210);
      const [first] = world.workers;
      const end = await first?.kill();
      world.happened('worker killed', end?.signal === 'SIGKILL' ? 1 : 0);
      await world.startWorker();
      await waitForDrain(world);
      world.happened('poison parked', await world.stat('dead'), 10);
    },
  },
  {
    id: 'X1',
    title: 'one event in a hundred is poison',
    promise: 'each is parked alone, the rest of its batch is stored',
    async run(world) {
      const unlock = await lockTable(world);
      for (let part = 0; part < 10; part += 1) {
        world.producer.burst(99);
        world.producer.burst(1, 'poison');
      }
      await waitForBacklog(world, 1000);
      await unlock();
      await waitForDrain(world);
      world.happened('poison parked', await world.stat('dead'), 10);
    },
  },
];
