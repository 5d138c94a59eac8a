import { countAcknowledged } from '../producer/journal.ts';
import type { Scenario } from '../scenario.ts';
import { forMs } from '../scenarios/during.ts';
import type { Load } from '../world/producers.ts';
import type { World } from '../world/world.ts';
import { createActs, type Tally } from './acts.ts';
import { LONELY, planNemesis, VICTIMS, type Action } from './plan.ts';

const MINUTE_MS = 60_000;
const PRODUCERS = 3;
/** Faults, restarts and a table of a million rows take their time after the load has ended. */
const REST_MS = 5 * MINUTE_MS;

/** What a run must reach, for each minute of it. */
const LEAST_PER_MINUTE = {
  workerKills: 20,
  redisKills: 2,
  postgresKills: 2,
  adopted: 10,
  absorbed: 2,
  fenced: 0.5,
  acknowledged: 50_000,
} as const;

export interface NemesisOptions {
  readonly minutes: number;
  /** Events a second over all producers. Default 2600. */
  readonly rate?: number;
  /** Events a second that must have been acknowledged on average. Default 2000. */
  readonly leastRate?: number;
  /** Told of the progress, every ten seconds. */
  readonly onProgress: (line: string) => void;
}

interface Suffering {
  readonly actions: readonly Action[];
  readonly act: (action: Action) => Promise<void>;
  readonly startedMs: number;
  /** Whether each action waits for the end of the one before. */
  readonly isLonely: boolean;
}

/** Carries out the actions of one victim, each at its time. */
async function suffer({ actions, act, startedMs, isLonely }: Suffering): Promise<void> {
  const under: Promise<void>[] = [];
  for (const action of actions) {
    await forMs(Math.max(0, startedMs + action.atMs - performance.now()));
    const done = act(action);
    if (isLonely) await done;
    under.push(done);
  }
  await Promise.all(under);
}

async function tellProgress(world: World, o: NemesisOptions, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await forMs(10_000);
    const state = await world.queue.inspect().catch(() => null);
    if (state === null) continue;
    const { stored = 0, duplicates = 0, adopted = 0, fenced = 0 } = state.stats;
    o.onProgress(
      `queued ${state.main.depth}, stored ${stored}, absorbed ${duplicates}, adopted ${adopted}, fenced ${fenced}`,
    );
  }
}

/** What happened, against what such a run must reach. */
async function tell(
  world: World,
  o: NemesisOptions,
  run: { readonly tally: Tally; readonly seconds: number },
): Promise<void> {
  const { tally, seconds } = run;
  const acknowledged = await countAcknowledged(world.journalDir);
  const facts = {
    workerKills: tally.workerKills,
    redisKills: tally.redisKills,
    postgresKills: tally.postgresKills,
    adopted: await world.stat('adopted'),
    absorbed: await world.stat('duplicates'),
    fenced: await world.stat('fenced'),
    acknowledged,
  };
  const share = (o.leastRate ?? 2000) / 2000;
  for (const [name, count] of Object.entries(facts)) {
    const perMinute = Object.entries(LEAST_PER_MINUTE).find(([known]) => known === name)?.[1] ?? 0;
    world.happened(name, count, Math.floor(perMinute * o.minutes * (name === 'acknowledged' ? share : 1)));
  }
  world.happened('acknowledged a second', Math.round(acknowledged / seconds), o.leastRate ?? 2000);
  // What became of the zombies, beside the count of the queue, which tells of others too.
  for (const [end, count] of Object.entries(tally.zombies)) world.happened(`zombies ${end}`, count, 0);
  world.happened('client kills', tally.clientKills, 1);
  world.happened('network faults', tally.networkFaults, 1);
}

async function rage(world: World, o: NemesisOptions): Promise<void> {
  const rate = Math.ceil((o.rate ?? 2600) / PRODUCERS);
  const load: Load = { rate, poison: 0.0003, critical: 0.004 };
  const tally: Tally = {
    workerKills: 0,
    zombies: { fenced: 0, gone: 0, kept: 0, none: 0 },
    redisKills: 0,
    postgresKills: 0,
    clientKills: 0,
    networkFaults: 0,
  };
  const plan = planNemesis(world.random, o.minutes * MINUTE_MS);
  const acts = createActs(world, { tally, load });
  const stop = new AbortController();
  const telling = tellProgress(world, o, stop.signal);
  const startedMs = performance.now();
  try {
    for (const producer of world.producers) await producer.load(load);
    const suffering = VICTIMS.map((victim) =>
      suffer({
        actions: plan.filter((action) => action.victim === victim),
        act: acts[victim],
        startedMs,
        isLonely: LONELY.includes(victim),
      }),
    );
    await Promise.all([...suffering, forMs(o.minutes * MINUTE_MS)]);
    for (const producer of world.producers) if (producer.isAlive()) await producer.load({ rate: 0 });
  } finally {
    stop.abort();
    await telling;
  }
  await tell(world, o, { tally, seconds: (performance.now() - startedMs) / 1000 });
}

/** Random faults for so many minutes, all victims at once, on a schedule that the seed determines. */
export function createNemesis(o: NemesisOptions): Scenario {
  return {
    id: 'nemesis',
    title: `random kills of everything for ${o.minutes} min`,
    promise: 'nothing lost, nothing twice, dead letters are the planted poison',
    world: { workers: 2, producers: PRODUCERS, client: { maxQueueLength: 200_000, bufferMaxEvents: 100_000 } },
    deadlineMs: o.minutes * MINUTE_MS + REST_MS,
    run: (world) => rage(world, o),
  };
}
