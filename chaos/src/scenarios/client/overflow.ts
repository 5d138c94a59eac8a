import * as z from 'zod';
import type { Scenario } from '../../scenario.ts';
import { lockTable, waitForBacklog } from '../during.ts';

export const OVERFLOW: readonly Scenario[] = [
  {
    id: 'C3',
    title: 'queue full: 5,000 events against a capacity of 1,000',
    promise: 'the queue takes what fits, the spool the rest; nothing is trimmed, refusals are receipts',
    world: { client: { maxQueueLength: 1000 } },
    async run(world) {
      const unlock = await lockTable(world);
      await world.producer.log(1);
      const logged = world.producer.log(5000);
      await waitForBacklog(world, 1000);
      const { main } = await world.queue.inspect();
      world.happened('queue at its capacity', main.depth <= 1000 ? 1 : 0);
      // Unlocked before every call has its receipt, a fast worker would make room for all of them.
      world.happened('receipts', (await logged).length, 5000);
      await unlock();
      const { spooled } = z.looseObject({ spooled: z.number() }).parse(await world.producer.stats());
      world.happened('events spooled for want of room', spooled);
    },
  },
];
