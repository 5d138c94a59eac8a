import type { Scenario } from '../../scenario.ts';
import { readFile } from 'node:fs/promises';
import { waitFor } from '@auditlane/testkit/harness';
import { livingWorkers, type World } from '../../world/world.ts';
import { lockTable, waitForBacklog, waitForDrain } from '../during.ts';

const BACKLOG = 100_000;
const MOST_RESIDENT_MB = 250;

async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

/** Kills and replaces a worker each time that another tenth of the backlog is stored; answers the largest process. */
async function drainWithKills(world: World): Promise<number> {
  let largest = 0;
  let kills = 0;
  await waitFor(
    async () => {
      const done = (await world.stat('stored')) + (await world.stat('duplicates'));
      const living = livingWorkers(world);
      for (const { pid } of living) largest = Math.max(largest, await residentMb(pid));
      if (done > (kills + 1) * (BACKLOG / 8)) {
        kills += 1;
        await world.random.pick(living).kill();
        await world.startWorker({ isReady: false });
      }
      return done >= BACKLOG;
    },
    { deadlineMs: 240_000, everyMs: 100, message: 'the backlog is stored' },
  );
  world.happened('worker kills', kills, 5);
  return largest;
}

export const VOLUMES: readonly Scenario[] = [
  {
    id: 'O1',
    title: 'a backlog of 100,000 events drains while workers are killed',
    promise: 'it drains; the memory of workers does not follow the backlog',
    world: { workers: 2, client: { maxQueueLength: 1_000_000, bufferMaxEvents: 200_000 } },
    deadlineMs: 300_000,
    async run(world) {
      const unlock = await lockTable(world);
      for (let part = 0; part < 10; part += 1) await world.producer.log(BACKLOG / 10);
      await waitForBacklog(world, BACKLOG);
      await unlock();
      const largest = await drainWithKills(world);
      world.happened(`workers below ${MOST_RESIDENT_MB} MB`, largest < MOST_RESIDENT_MB ? 1 : 0);
    },
  },
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
