import { openFaultProxy, startTestRedis, waitFor, type FaultProxy, type TestServer } from '@auditlane/testkit/harness';
import { Redis } from 'ioredis';
import type { Scenario } from '../../scenario.ts';
import type { World } from '../../world/world.ts';
import { forMs, underLoad } from '../during.ts';

interface Replica {
  readonly server: TestServer;
  readonly redis: Redis;
  /** What comes from the master. */
  readonly link: FaultProxy;
}

/** Starts a second Redis that follows the first over a link of its own. */
async function startReplica(world: World): Promise<Replica> {
  const server = await startTestRedis({ appendfsync: 'always' });
  world.keep(server);
  const link = await openFaultProxy(world.redisServer.url);
  world.keep(link);
  const redis = new Redis(server.url, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  world.keep({ [Symbol.asyncDispose]: async () => redis.disconnect() });
  await redis.call('REPLICAOF', '127.0.0.1', String(link.port));
  await waitFor(async () => (await redis.info('replication')).includes('master_link_status:up'), {
    deadlineMs: 30_000,
    message: 'the replica follows',
  });
  return { server, redis, link };
}

/** Lets the replica hear nothing for a second and a half; tells how many pushes it then lacks. */
async function lag(world: World, { redis, link }: Replica): Promise<void> {
  link.setMode({ kind: 'blackhole' });
  await forMs(1500);
  const known = Number(await redis.hget(world.keys.stats, 'enqueued'));
  world.happened('pushes that the replica lacks', (await world.stat('enqueued')) - known);
}

async function promote(world: World, { redis }: Replica): Promise<void> {
  await redis.call('REPLICAOF', 'NO', 'ONE');
  world.happened('replica promoted', (await redis.info('replication')).includes('role:master') ? 1 : 0);
}

export const FAILOVERS: readonly Scenario[] = [
  {
    id: 'R11',
    title: 'failover to a replica that lags by a second and a half',
    promise: 'what the replica lacks is replayed from the ring of the clients',
    losesCounters: true,
    async run(world) {
      const replica = await startReplica(world);
      await underLoad(world, { rate: 400 }, async () => {
        await lag(world, replica);
        await world.redisServer.kill();
        await promote(world, replica);
        for (const link of ['client', 'worker', 'admin'] as const) world.links[link].retarget(replica.server.url);
        await forMs(1500);
      });
    },
  },
  {
    id: 'R12',
    title: 'split brain: clients write to the old master for a second after the failover',
    promise: 'what only the old master has is replayed into the new one',
    losesCounters: true,
    async run(world) {
      const replica = await startReplica(world);
      await underLoad(world, { rate: 400 }, async () => {
        await lag(world, replica);
        await promote(world, replica);
        world.links.worker.retarget(replica.server.url);
        const before = await world.stat('enqueued');
        await forMs(1000);
        world.happened('pushes to the old master', (await world.stat('enqueued')) - before);
        for (const link of ['client', 'admin'] as const) world.links[link].retarget(replica.server.url);
        await forMs(1500);
      });
    },
  },
];
