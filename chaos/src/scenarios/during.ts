import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '@auditlane/testkit/harness';
import type { Load } from '../world/producers.ts';
import type { World } from '../world/world.ts';

/** How long a fault lasts: nothing is waited for here but its end. */
export async function forMs(ms: number): Promise<void> {
  await sleep(ms);
}

/** Lets every producer log steadily while the fault goes on. */
export async function underLoad(world: World, load: Load, fault: () => Promise<void>): Promise<void> {
  for (const producer of world.producers) if (producer.isAlive()) await producer.load(load);
  await waitForStat(world, 'stored', 1);
  await fault();
  for (const producer of world.producers) if (producer.isAlive()) await producer.load({ rate: 0 });
}

/** Waits until a counter of the queue has reached a value; answers it. */
export async function waitForStat(world: World, name: string, least: number): Promise<number> {
  await waitFor(async () => (await world.stat(name)) >= least, {
    deadlineMs: 60_000,
    everyMs: 20,
    message: `${name} is at least ${least}`,
  });
  return world.stat(name);
}

/** Waits until nothing is queued or claimed. */
export async function waitForDrain(world: World): Promise<void> {
  await waitFor(
    async () => {
      const { main, urgent, inFlight } = await world.queue.inspect();
      return main.depth + urgent.depth + inFlight.entries === 0;
    },
    { deadlineMs: 60_000, everyMs: 20, message: 'the queue is drained' },
  );
}

/** Waits until so many entries are queued or claimed. */
export async function waitForBacklog(world: World, least: number): Promise<void> {
  await waitFor(
    async () => {
      const { main, urgent, inFlight } = await world.queue.inspect();
      return main.depth + urgent.depth + inFlight.entries >= least;
    },
    { deadlineMs: 60_000, everyMs: 20, message: `${least} entries wait` },
  );
}

/** Holds every statement that stores events until it is released. */
export async function lockTable(world: World): Promise<() => Promise<void>> {
  const client = await world.pool.connect();
  await client.query('begin');
  await client.query('lock table audit_logs in access exclusive mode');
  return async () => {
    await client.query('rollback').catch(() => undefined);
    client.release();
  };
}

/** Waits until so many statements wait for a lock. */
export async function waitForLocked(world: World, count: number): Promise<void> {
  await waitFor(
    async () => {
      const { rowCount } = await world.pool.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return (rowCount ?? 0) >= count;
    },
    { deadlineMs: 60_000, everyMs: 20, message: `${count} statements wait for a lock` },
  );
}
