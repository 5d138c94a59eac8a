import type { Scenario } from '../../scenario.ts';
import type { World } from '../../world/world.ts';
import { forMs, underLoad } from '../during.ts';

const LINKS = ['client', 'worker', 'store', 'critical'] as const;

function sum(world: World, fact: 'resets' | 'swallowed' | 'delayed' | 'cuts'): number {
  return LINKS.reduce((total, name) => total + world.links[name].stats[fact], 0);
}

export const LINK_FAULTS: readonly Scenario[] = [
  {
    id: 'N1',
    title: 'RST on every link, every 300 ms',
    promise: 'clients and workers reconnect; ambiguous calls are repeated under the same ids',
    async run(world) {
      await underLoad(world, { rate: 400, critical: 0.02 }, async () => {
        for (let round = 0; round < 10; round += 1) {
          for (const name of LINKS) world.links[name].reset();
          await forMs(300);
        }
      });
      world.happened('connections reset', sum(world, 'resets'), 20);
    },
  },
  {
    id: 'N2',
    title: 'half-open links: bytes vanish, sockets stay open, 4 s each',
    promise: 'noticed within the time of a call; nothing hangs',
    async run(world) {
      await underLoad(world, { rate: 300, critical: 0.02 }, async () => {
        for (const name of LINKS) {
          world.links[name].setMode({ kind: 'blackhole' });
          await forMs(4000);
          world.links[name].heal();
        }
      });
      world.happened('bytes swallowed', sum(world, 'swallowed'), 100);
    },
  },
  {
    id: 'N3',
    title: 'latency of 200 ms, 100 ms more or less, on every link',
    promise: 'slower, nothing else',
    async run(world) {
      await underLoad(world, { rate: 200 }, async () => {
        const random = world.random.fork('latency');
        for (const name of LINKS) {
          world.links[name].setMode({ kind: 'delay', ms: 100, jitterMs: 200, random: () => random.next() });
        }
        await forMs(6000);
        for (const name of LINKS) world.links[name].heal();
      });
      world.happened('chunks delayed', sum(world, 'delayed'), 20);
    },
  },
  {
    id: 'N4',
    title: '64 KB/s on every link',
    promise: 'slower, nothing else',
    async run(world) {
      await underLoad(world, { rate: 200 }, async () => {
        for (const name of LINKS) world.links[name].setMode({ kind: 'throttle', bytesPerSecond: 64_000 });
        await forMs(6000);
        for (const name of LINKS) world.links[name].heal();
      });
      world.happened('chunks throttled', sum(world, 'delayed'), 20);
    },
  },
  {
    id: 'N5',
    title: 'connections cut in the middle of requests and answers',
    promise: 'ambiguous calls are repeated under the same ids',
    async run(world) {
      await underLoad(world, { rate: 300, critical: 0.05 }, async () => {
        for (let round = 0; round < 24; round += 1) {
          const link = world.links[world.random.pick(LINKS)];
          link.cutAfterBytes(world.random.integer(1, 400), world.random.pick(['up', 'down'] as const));
          await forMs(200);
        }
      });
      world.happened('cuts', sum(world, 'cuts'), 5);
    },
  },
  {
    id: 'N7',
    title: 'the network delivers an enqueue twice',
    promise: 'the second copy is absorbed by the primary key',
    async run(world) {
      await world.producer.log(200);
      await world.links.client.replayLast('chaos.happened');
      await world.producer.log(20);
      world.happened('requests replayed', world.links.client.stats.replays);
    },
  },
];
