import { waitFor } from '@auditlane/testkit/harness';
import type { Scenario } from '../../scenario.ts';
import { lockTable, waitForDrain } from '../during.ts';

export const VOLUMES: readonly Scenario[] = [
  {
    id: 'O2',
    title: 'events near the size limit of 64 KiB, 300 at once',
    promise: 'stored whole, in batches of bounded bytes',
    async run(world) {
      const unlock = await lockTable(world);
      const ids = await world.producer.log(300, 'large');
      await unlock();
      await waitForDrain(world);
      world.happened('large events', ids.length, 300);
    },
  },
  {
    id: 'O3',
    title: '2,000 dead letters among 8,000 events',
    promise: 'each is parked once, the rest is stored',
    world: { client: { maxQueueLength: 100_000 } },
    deadlineMs: 240_000,
    async run(world) {
      for (let part = 0; part < 80; part += 1) {
        world.producer.burst(75);
        world.producer.burst(25, 'poison');
      }
      await waitFor(async () => (await world.stat('dead')) >= 2000, { deadlineMs: 200_000, everyMs: 100 });
      world.happened('dead letters', await world.stat('dead'), 2000);
    },
  },
];
