import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor, type TestServer } from '@auditlane/testkit/harness';
import type { Producer } from './producers.ts';
import { livingWorkers, type World } from './world.ts';

const RESTART_MS = 120_000;
const FRESH_MS = 60_000;
const DRAIN_MS = 10_000;

/** Whether the process of a server has not ended. */
export function isServerAlive(server: TestServer): boolean {
  try {
    process.kill(server.pid(), 0);
    return true;
  } catch {
    return false;
  }
}

/** Starts a killed server again; what its children still hold a moment after it was killed is waited for. */
export async function restartServer(
  server: TestServer,
  on: Parameters<TestServer['restart']>[0] = 'same',
): Promise<void> {
  await waitFor(() => server.restart(on).then(() => true), {
    deadlineMs: RESTART_MS,
    everyMs: 200,
    message: 'a server restarts',
  });
}

/** Ends every fault that is still on: links pass, stopped processes go on, killed servers are back, a worker runs. */
export async function heal(world: World): Promise<void> {
  const { redisServer, postgresServer, links } = world;
  for (const link of Object.values(links)) link.heal();
  redisServer.signalAll('SIGCONT');
  postgresServer.signalAll('SIGCONT');
  for (const { process } of world.producers) process.child.kill('SIGCONT');
  for (const worker of livingWorkers(world)) worker.child.kill('SIGCONT');
  await Promise.all(
    [redisServer, postgresServer].filter((server) => !isServerAlive(server)).map((server) => restartServer(server)),
  );
  if (livingWorkers(world).length === 0) await world.startWorker();
}

/** Milliseconds until an event that is logged now is a row; null when it was not within a minute. A refused one is logged again. */
export async function measureFresh(world: World): Promise<number | null> {
  const producer = world.producers.findLast((each) => each.isAlive()) ?? (await world.startProducer());
  const startedMs = performance.now();
  try {
    const id = await waitFor(async () => (await producer.log(1))[0], { deadlineMs: FRESH_MS, everyMs: 100 });
    const isStored = async (): Promise<boolean> =>
      (await world.pool.query('select from audit_logs where id = $1', [id])).rowCount === 1;
    await waitFor(isStored, { deadlineMs: FRESH_MS });
    return Math.round(performance.now() - startedMs);
  } catch {
    return null;
  }
}

/** Bytes of segments in the spool folders. */
export function countSpooledBytes(spoolDir: string): number {
  if (!existsSync(spoolDir)) return 0;
  let bytes = 0;
  for (const name of readdirSync(spoolDir, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.spool')) continue;
    try {
      bytes += statSync(join(spoolDir, name)).size;
    } catch {
      // Emptied and removed meanwhile.
    }
  }
  return bytes;
}

/** Whether nothing is under way any more: lanes, claims and spool are empty. */
async function isSettled(world: World): Promise<boolean> {
  const { main, urgent, inFlight } = await world.queue.inspect();
  return main.depth + urgent.depth + inFlight.entries === 0 && countSpooledBytes(world.spoolDir) === 0;
}

/** Whether everything comes to its last place while this producer lives, which then ends as a service does. */
async function settleWith(world: World, last: Producer, deadlineMs: number): Promise<boolean> {
  const hasCome = await waitFor(() => isSettled(world), { deadlineMs, everyMs: 50 }).catch(() => false);
  await last.process.stop('SIGTERM', deadlineMs);
  return hasCome;
}

/** Ends the load, lets producers flush, and waits until everything is in its last place. False when it was not in time. */
export async function settle(world: World, deadlineMs: number): Promise<boolean> {
  for (const producer of world.producers) if (producer.isAlive()) await producer.load({ rate: 0 });
  const living = world.producers.filter((each) => each.isAlive());
  // One client stays: it adopts what killed producers left in the spool.
  const last = living.at(-1) ?? (await world.startProducer());
  await last.log(1);
  await Promise.all(living.filter((each) => each !== last).map((each) => each.process.stop('SIGTERM', deadlineMs)));
  const hasCome = await settleWith(world, last, deadlineMs);
  const isEmpty = await waitFor(() => isSettled(world), { deadlineMs: DRAIN_MS, everyMs: 50 }).catch(() => false);
  if (isEmpty) return true;
  // What the last one spooled when it closed is for the next process.
  const heir = await world.startProducer();
  await heir.log(1);
  return (await settleWith(world, heir, deadlineMs)) && hasCome;
}
