import type { SpawnedProcess } from '@auditlane/testkit/harness';
import { forMs } from '../scenarios/during.ts';
import { restartServer } from '../world/heal.ts';
import { isRunning } from '../world/workers.ts';
import { livingWorkers, type World } from '../world/world.ts';
import type { Load } from '../world/producers.ts';
import type { Action, Victim } from './plan.ts';

/** How often each fault really took effect. */
export interface Tally {
  workerKills: number;
  zombies: number;
  redisKills: number;
  postgresKills: number;
  clientKills: number;
  networkFaults: number;
}

type Act = (action: Action) => Promise<void>;

function choose<T>(values: readonly T[], draw: number): T | undefined {
  return values[Math.floor(draw * values.length)];
}

const HOLDING_TRIES = 100;
const BETWEEN_TRIES_MS = 20;

/** Stops a worker while it holds a claim: stopped first, so that what Redis then says of it stays true. */
async function stopHolder(world: World, victim: SpawnedProcess): Promise<void> {
  for (let tries = 0; tries < HOLDING_TRIES && isRunning(victim); tries += 1) {
    victim.child.kill('SIGSTOP');
    const claims = await world.redis.hvals(world.keys.meta);
    if (claims.some((claim) => claim.includes(`-${victim.pid}-`))) return;
    victim.child.kill('SIGCONT');
    await forMs(BETWEEN_TRIES_MS);
  }
  victim.child.kill('SIGSTOP');
}

function workerActs(world: World, tally: Tally): Act {
  return async ({ act, draw, forMs: lastsMs }) => {
    const victim = choose(livingWorkers(world), draw);
    if (act === 'zombie') {
      if (victim !== undefined) await stopHolder(world, victim);
      await forMs(lastsMs);
      if (victim !== undefined && isRunning(victim)) tally.zombies += Number(victim.child.kill('SIGCONT'));
    } else if (act === 'kill' || act === 'term') {
      const ended = await (act === 'kill' ? victim?.kill() : victim?.stop('SIGTERM', 15_000));
      tally.workerKills += Number(ended?.signal === 'SIGKILL');
      await world.startWorker({ isReady: false });
    } else {
      const doomed = await world.startWorker({ env: { AUDIT_CRASH_AT: act }, isReady: false });
      const { signal } = await Promise.race([doomed.exited, forMs(10_000).then(() => doomed.kill())]);
      tally.workerKills += Number(signal === 'SIGKILL');
    }
  };
}

function redisActs(world: World, tally: Tally): Act {
  return async ({ act, forMs: lastsMs }) => {
    if (act === 'freeze') {
      world.redisServer.signal('SIGSTOP');
      await forMs(lastsMs * 3);
      world.redisServer.signal('SIGCONT');
      return;
    }
    await world.redisServer.kill();
    tally.redisKills += 1;
    await forMs(lastsMs);
    await restartServer(world.redisServer);
  };
}

function postgresActs(world: World, tally: Tally): Act {
  return async ({ act, forMs: lastsMs }) => {
    if (act === 'backend') {
      await world.pool
        .query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'audit-worker'`)
        .catch(() => undefined);
      return;
    }
    await (act === 'kill' ? world.postgresServer.kill() : world.postgresServer.halt());
    tally.postgresKills += 1;
    await forMs(lastsMs);
    await restartServer(world.postgresServer);
  };
}

function clientActs(world: World, o: { readonly tally: Tally; readonly load: Load }): Act {
  return async ({ draw }) => {
    const victim = choose(
      world.producers.filter((each) => each.isAlive()),
      draw,
    );
    await victim?.process.kill();
    o.tally.clientKills += 1;
    await (await world.startProducer()).load(o.load);
  };
}

function networkActs(world: World, tally: Tally): Act {
  return async ({ act, draw, forMs: lastsMs }) => {
    const link = choose(Object.values(world.links), draw);
    tally.networkFaults += 1;
    if (act === 'reset') {
      link?.reset();
      return;
    }
    link?.setMode({ kind: 'blackhole' });
    await forMs(lastsMs);
    link?.heal();
  };
}

/** What each victim suffers. */
export function createActs(
  world: World,
  o: { readonly tally: Tally; readonly load: Load },
): Readonly<Record<Victim, Act>> {
  return {
    worker: workerActs(world, o.tally),
    redis: redisActs(world, o.tally),
    postgres: postgresActs(world, o.tally),
    client: clientActs(world, o),
    network: networkActs(world, o.tally),
  };
}
