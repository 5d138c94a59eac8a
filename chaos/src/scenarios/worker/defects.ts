import { waitFor } from '@auditlane/testkit/harness';
import type { Scenario } from '../../scenario.ts';
import { isRunning, LEASE_MS } from '../../world/workers.ts';
import type { World } from '../../world/world.ts';
import { lockTable, underLoad, waitForBacklog, waitForDrain, waitForLocked, waitForStat } from '../during.ts';

const MOST_CRASHES = 6;

/** Lets a worker hold a claim, breaks it by SIGUSR2, and starts another; answers how it ended. */
async function breakHolder(world: World, preload: 'exhaust-heap' | 'reject-unhandled'): Promise<number | null> {
  const holder = await world.startWorker({ preloads: [preload], nodeArgs: ['--max-old-space-size=64'] });
  const unlock = await lockTable(world);
  await world.producer.log(200);
  await waitForLocked(world, 1);
  holder.child.kill('SIGUSR2');
  const { code, signal } = await holder.exited;
  await unlock();
  await world.startWorker();
  await waitForDrain(world);
  world.happened('worker ended', signal === null && code === 0 ? 0 : 1);
  return code;
}

/** Restarts a worker that dies of what it decodes, as PM2 does, until the pill is parked; answers how often it died. */
async function restartUntilParked(world: World): Promise<number> {
  let crashes = 0;
  let worker = await world.startWorker({ preloads: ['die-of-pill'], isReady: false });
  await waitFor(
    async () => {
      if (!isRunning(worker)) {
        crashes += 1;
        worker = await world.startWorker({ preloads: ['die-of-pill'], isReady: false });
      }
      return (await world.stat('dead')) > 0;
    },
    { deadlineMs: 110_000, everyMs: 20, message: 'the pill is parked' },
  );
  return crashes;
}

export const DEFECTS: readonly Scenario[] = [
  {
    id: 'W8',
    title: 'event loop blocked for two leases',
    promise: 'the claim is adopted; the blocked worker is fenced when it wakes',
    world: { workers: 0 },
    async run(world) {
      const env = { CHAOS_BLOCK_MS: String(2 * LEASE_MS) };
      const blocked = await world.startWorker({ preloads: ['block-loop'], env });
      const unlock = await lockTable(world);
      await world.producer.log(100);
      await waitForLocked(world, 1);
      await world.startWorker();
      const before = await world.stat('adopted');
      blocked.child.kill('SIGUSR2');
      await waitForStat(world, 'adopted', before + 1);
      await waitForStat(world, 'fenced', 1);
      await unlock();
      world.happened('fenced', await world.stat('fenced'));
    },
  },
  {
    id: 'W9',
    title: 'worker runs out of memory',
    promise: 'its claim is adopted',
    world: { workers: 0 },
    async run(world) {
      await breakHolder(world, 'exhaust-heap');
      world.happened('adopted', await world.stat('adopted'));
    },
  },
  {
    id: 'W12',
    title: 'an event that kills every worker which decodes it',
    promise: `found in at most ${MOST_CRASHES} crashes and parked; the rest of its batch is stored`,
    world: { workers: 0 },
    async run(world) {
      world.producer.burst(150);
      world.producer.burst(1, 'pill');
      world.producer.burst(149);
      await waitForBacklog(world, 300);
      const crashes = await restartUntilParked(world);
      world.happened('worker crashed', crashes);
      world.happened(`found in at most ${MOST_CRASHES} crashes`, crashes <= MOST_CRASHES ? 1 : 0);
      await waitForDrain(world);
    },
  },
  {
    id: 'W14',
    title: 'unhandled rejection in a worker',
    promise: 'it ends with status 1, and what it held is stored by another',
    world: { workers: 0 },
    async run(world) {
      world.happened('exit status 1', (await breakHolder(world, 'reject-unhandled')) === 1 ? 1 : 0);
    },
  },
  {
    id: 'W13',
    title: 'an event of a newer major version reaches an old worker',
    promise: 'it is held for a newer worker, not parked and not lost',
    async run(world) {
      await world.producer.log(50);
      const newer = JSON.stringify({ v: 99, id: '01a1fe80-0000-7000-8000-000000000001', event_type: 'of.the.future' });
      await world.queue.enqueue([newer], { lane: 'main', capacity: 1_000_000 });
      await world.producer.log(50);
      await waitForDrain(world);
      const held = await world.redis.lrange(world.keys.hold, 0, -1);
      world.happened('held byte for byte', held[0] === newer ? 1 : 0);
      world.happened('held', await world.stat('held'));
    },
  },
  {
    id: 'W10',
    title: 'ten workers adopt one expired claim at once',
    promise: 'exactly one gets it',
    world: { workers: 0 },
    async run(world) {
      await world.producer.log(100);
      await waitForBacklog(world, 100);
      const batchId = 'chaos-batch-01';
      await world.queue.claim({
        batchId,
        limit: 100,
        maxBytes: 1_000_000,
        leaseMs: 500,
        worker: 'gone',
        prefer: 'main',
      });
      await waitFor(async () => (await world.queue.expired({ limit: 10 })).includes(batchId));
      const tries = Array.from({ length: 10 }, (_, index) =>
        world.queue.adopt({ batchId, worker: `heir-${index}`, leaseMs: 500 }),
      );
      const adopted = (await Promise.all(tries)).filter((claim) => claim !== null);
      world.happened('exactly one adopted', adopted.length === 1 ? 1 : 0);
      world.happened('with every entry', adopted[0]?.entries.length ?? 0, 100);
    },
  },
];

/** A lost answer of Redis to a worker. */
export const LOST_ANSWERS: readonly Scenario[] = [
  {
    id: 'W4',
    title: 'the answer to finish is lost',
    promise: 'the repeated call is answered "gone", which is success',
    async run(world) {
      await underLoad(world, { rate: 200 }, async () => {
        for (let round = 1; round <= 3; round += 1) {
          world.links.worker.cutAfterRequest(world.keys.failedIds);
          await waitFor(() => world.links.worker.stats.cuts >= round, { deadlineMs: 30_000 });
        }
      });
      world.happened('answers to finish lost', world.links.worker.stats.cuts, 3);
    },
  },
  {
    id: 'W15',
    title: 'the answer to a claim is lost',
    promise: 'the repeated call gets the same claim',
    async run(world) {
      await underLoad(world, { rate: 200 }, async () => {
        for (let round = 1; round <= 3; round += 1) {
          // Only claim names the lane that it prefers.
          world.links.worker.cutAfterRequest('\r\nmain\r\n');
          await waitFor(() => world.links.worker.stats.cuts >= round, { deadlineMs: 30_000 });
        }
      });
      world.happened('answers to claim lost', world.links.worker.stats.cuts, 3);
    },
  },
];
