import { rm } from 'node:fs/promises';
import { forMs } from '../scenarios/during.ts';
import { restartServer } from '../world/heal.ts';
import { livingWorkers, type World } from '../world/world.ts';

/** The classes that every single fault falls into; one blow stands for each. */
export const CLASSES = ['C', 'H', 'W', 'Rk', 'Rx', 'Pk', 'N', 'O', 'X'] as const;
export type FaultClass = (typeof CLASSES)[number];

/** What stands for a class. */
export interface Blow {
  readonly title: string;
  /** Strikes once and mends what it broke, about two seconds later; says what took effect. */
  readonly strike: (world: World) => Promise<void>;
}

const LASTS_MS = 1500;

async function killProducer(world: World): Promise<void> {
  // The first one stays: it is the judge's.
  const victim = world.producers.findLast((each) => each.isAlive());
  const end = await victim?.process.kill();
  world.happened('producer killed', end?.signal === 'SIGKILL' ? 1 : 0);
}

/** One blow for each class. */
export const BLOWS: Readonly<Record<FaultClass, Blow>> = {
  C: {
    title: 'a client is killed',
    async strike(world) {
      await killProducer(world);
      await forMs(LASTS_MS);
      const heir = await world.startProducer();
      await heir.load({ rate: 150 });
    },
  },
  H: {
    title: 'a client is killed and its disk is lost',
    async strike(world) {
      await killProducer(world);
      // The client that lives goes on writing there, so that a folder may not be empty when it is removed.
      await rm(world.spoolDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 20 });
      await forMs(LASTS_MS);
    },
  },
  W: {
    title: 'a worker is killed',
    async strike(world) {
      const end = await livingWorkers(world)[0]?.kill();
      world.happened('worker killed', end?.signal === 'SIGKILL' ? 1 : 0);
      await world.startWorker({ isReady: false });
    },
  },
  Rk: {
    title: 'Redis is killed',
    async strike(world) {
      await world.redisServer.kill();
      await forMs(LASTS_MS);
      await restartServer(world.redisServer);
      world.happened('Redis killed', 1);
    },
  },
  Rx: {
    title: 'Redis comes back empty',
    async strike(world) {
      await world.redisServer.kill();
      await forMs(LASTS_MS);
      await restartServer(world.redisServer, 'empty');
      world.happened('Redis emptied', 1);
    },
  },
  Pk: {
    title: 'Postgres is killed',
    async strike(world) {
      await world.postgresServer.kill();
      await forMs(LASTS_MS);
      await restartServer(world.postgresServer);
      world.happened('Postgres killed', 1);
    },
  },
  N: {
    title: 'links are cut and half-open',
    async strike(world) {
      for (const link of Object.values(world.links)) link.reset();
      world.links.client.setMode({ kind: 'blackhole', direction: 'down' });
      world.links.store.setMode({ kind: 'blackhole', direction: 'down' });
      await forMs(LASTS_MS);
      world.links.client.heal();
      world.links.store.heal();
      const resets = Object.values(world.links).reduce((sum, link) => sum + link.stats.resets, 0);
      world.happened('connections reset', resets);
    },
  },
  O: {
    title: 'more events than the queue takes',
    async strike(world) {
      for (let round = 0; round < 4; round += 1) {
        world.producer.burst(800);
        await forMs(LASTS_MS / 4);
      }
      world.happened('bursts', 4);
    },
  },
  X: {
    title: 'poison',
    async strike(world) {
      for (let round = 0; round < 5; round += 1) {
        world.producer.burst(20);
        world.producer.burst(1, 'poison');
        await forMs(LASTS_MS / 5);
      }
      world.happened('poison logged', 5);
    },
  },
};
