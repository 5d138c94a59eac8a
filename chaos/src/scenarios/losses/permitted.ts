import { rm } from 'node:fs/promises';
import { waitFor } from '@auditlane/testkit/harness';
import type { Scenario } from '../../scenario.ts';
import { countSpooledBytes, restartServer } from '../../world/heal.ts';
import type { World } from '../../world/world.ts';
import { lockTable, waitForBacklog } from '../during.ts';

/** The smallest ring that a client takes. */
const RING_BYTES = 1_048_576;
const BACKLOG = 2000;

/** Waits until maintenance has noted in Postgres how far the producer has come, as it does every 5 s. */
async function waitUntilHeard(world: World, number: number): Promise<void> {
  const isHeard = async (): Promise<boolean> =>
    (
      await world.pool.query('select from audit_producers where producer_id = $1 and known_to >= $2', [
        world.producer.producerId,
        number,
      ])
    ).rowCount === 1;
  await waitFor(isHeard, { deadlineMs: 60_000, everyMs: 100, message: `maintenance has heard of number ${number}` });
}

async function countIncarnations(world: World): Promise<number> {
  const { rowCount } = await world.pool.query(`select from audit_logs where event_type = 'audit.incarnation.changed'`);
  return rowCount ?? 0;
}

/** Scenarios that may cost acknowledged events: the product itself must name which. */
export const PERMITTED: readonly Scenario[] = [
  {
    id: 'R23',
    title: 'Redis emptied with a backlog larger than the ring, as after a long outage of Postgres',
    promise: 'durable: at most what the ring no longer holds is lost; strict: nothing',
    world: { client: { ringMaxBytes: RING_BYTES } },
    losesCounters: true,
    lossBound: (world, levels) => (world.profile === 'strict' ? 0 : (levels.get('queued') ?? 0)),
    async run(world) {
      const unlock = await lockTable(world);
      await world.producer.log(6000);
      await waitForBacklog(world, 6000);
      const bytes = Number(await world.redis.memory('USAGE', world.keys.queue));
      world.happened('bytes of backlog', bytes, 2 * RING_BYTES);
      await world.redisServer.kill();
      await restartServer(world.redisServer, 'empty');
      await world.producer.log(10);
      await unlock();
    },
  },
  {
    id: 'R24',
    title: 'Redis emptied with a backlog, and the client that pushed it killed with its ring',
    promise: 'durable: at most what waited in Redis is lost, and named; strict: nothing, from the spool',
    losesCounters: true,
    lossBound: (world, levels) => (world.profile === 'strict' ? 0 : (levels.get('queued') ?? 0)),
    async run(world) {
      await world.startMaintenance();
      const unlock = await lockTable(world);
      await world.producer.log(BACKLOG);
      await waitForBacklog(world, BACKLOG);
      await waitUntilHeard(world, BACKLOG);
      await world.producer.process.kill();
      await world.redisServer.kill();
      await restartServer(world.redisServer, 'empty');
      const heir = await world.startProducer();
      await heir.log(10);
      await unlock();
      const alarms = await waitFor(() => countIncarnations(world), {
        deadlineMs: 60_000,
        everyMs: 100,
        message: 'the other data set is told',
      });
      world.happened('alarms about another data set', alarms);
    },
  },
  {
    id: 'C13',
    title: 'a client killed and its disk lost, with events that only its spool had',
    promise: 'lost are at most those with the receipt "spooled"; no server knows how many, only that it never closed',
    lossBound: (_world, levels) => levels.get('spooled') ?? 0,
    async run(world) {
      await world.producer.log(50);
      await world.redisServer.kill();
      await world.producer.log(200);
      await world.producer.process.kill();
      world.happened('bytes spooled at the kill', countSpooledBytes(world.spoolDir));
      await rm(world.spoolDir, { recursive: true, force: true });
      await restartServer(world.redisServer);
    },
  },
];
