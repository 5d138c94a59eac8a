import { forMs } from '../scenarios/during.ts';
import { restartServer } from '../world/heal.ts';
import { livingWorkers, type World } from '../world/world.ts';
import type { Load } from '../world/producers.ts';
import { choose } from './choose.ts';
import type { Action, Victim } from './plan.ts';
import { makeZombie, type Stopped, type ZombieEnd } from './zombie.ts';

/** How often each fault really took effect. */
export interface Tally {
  workerKills: number;
  readonly zombies: Record<ZombieEnd, number>;
  redisKills: number;
  postgresKills: number;
  clientKills: number;
  networkFaults: number;
}

type Act = (action: Action) => Promise<void>;

function workerActs(world: World, o: { readonly tally: Tally; readonly stopped: Stopped }): Act {
  const { tally, stopped } = o;
  return async ({ act, draw }) => {
    if (act === 'kill' || act === 'term') {
      const free = livingWorkers(world).filter((each) => !stopped.has(each));
      const victim = choose(free, draw);
      if (victim === undefined) return;
      const ended = await (act === 'kill' ? victim.kill() : victim.stop('SIGTERM', 15_000));
      tally.workerKills += Number(ended.signal === 'SIGKILL');
      await world.startWorker({ isReady: false });
    } else {
      const doomed = await world.startWorker({ env: { AUDIT_CRASH_AT: act }, isReady: false });
      const { signal } = await Promise.race([doomed.exited, forMs(10_000).then(() => doomed.kill())]);
      tally.workerKills += Number(signal === 'SIGKILL');
    }
  };
}

function zombieActs(world: World, o: { readonly tally: Tally; readonly stopped: Stopped }): Act {
  return async ({ draw }) => {
    o.tally.zombies[await makeZombie(world, draw, o.stopped)] += 1;
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
  const { tally } = o;
  const stopped: Stopped = new Set();
  return {
    worker: workerActs(world, { tally, stopped }),
    zombie: zombieActs(world, { tally, stopped }),
    redis: redisActs(world, tally),
    postgres: postgresActs(world, tally),
    client: clientActs(world, o),
    network: networkActs(world, tally),
  };
}
