import { waitFor, type SpawnedProcess } from '@auditlane/testkit/harness';
import type { Scenario } from '../../scenario.ts';
import { isRunning } from '../../world/workers.ts';
import { livingWorkers, type World } from '../../world/world.ts';
import { waitForBacklog } from '../during.ts';
import { residentMb, toTrend, type MemorySample } from './resident.ts';

const MOST_RESIDENT_MB = 250;
/** A worker fills its heap and its buffers first: so long, and so much of the drain. */
const WARM_UP_MS = 5000;
const WARM_UP_SHARE = 0.15;
/** A shorter drain says nothing about a slope. */
const LEAST_SECONDS = 5;
const MOST_GROWTH_MB = 25;
const KILLED_WORKERS = 2;
const PUSHED_AT_ONCE = 5000;
const PRODUCERS = 2;
/** A smaller one is drained before a killed worker is replaced a few times. */
const LARGE = 100_000;
const GIBIBYTE = 1024 ** 3;
const MINUTE_MS = 60_000;

/** One that has not begun yet holds nothing, and its death would prove nothing. */
function isReady({ lines }: SpawnedProcess): boolean {
  return lines.some(({ text }) => text.includes('worker ready'));
}

async function fill(world: World, entries: number): Promise<void> {
  const share = Math.ceil(entries / PRODUCERS);
  await Promise.all(
    world.producers.map(async (producer) => {
      for (let left = share; left > 0; left -= PUSHED_AT_ONCE) await producer.log(Math.min(left, PUSHED_AT_ONCE));
    }),
  );
  await waitForBacklog(world, entries);
}

interface Drain {
  readonly kills: number;
  readonly largestMb: number;
  readonly spared: readonly MemorySample[];
}

/** Drains with one worker that is spared, and others of which one at random is killed and replaced, about 25 times in all. */
async function drainWithKills(world: World, entries: number): Promise<Drain> {
  // At once: the first to be ready would have stored much before the last.
  const [spared] = await Promise.all([
    world.startWorker(),
    ...Array.from({ length: KILLED_WORKERS }, () => world.startWorker()),
  ]);
  const samples: MemorySample[] = [];
  let [kills, largestMb, killAt] = [0, 0, 0];
  const sample = async (worker: SpawnedProcess): Promise<void> => {
    const mb = await residentMb(worker.pid);
    if (worker === spared && isRunning(worker)) samples.push({ atMs: performance.now(), mb });
    largestMb = Math.max(largestMb, mb);
  };
  const step = async (): Promise<boolean> => {
    const done = (await world.stat('stored')) + (await world.stat('duplicates'));
    const living = livingWorkers(world);
    for (const worker of living) await sample(worker);
    const victims = living.filter((worker) => worker !== spared && isReady(worker));
    if (done > killAt && done < entries && victims.length > 0) {
      killAt = done + world.random.integer(Math.round(entries * 0.02), Math.round(entries * 0.06));
      kills += 1;
      await world.random.pick(victims).kill();
      await world.startWorker({ isReady: false });
    }
    return done >= entries;
  };
  await waitFor(step, { deadlineMs: 10 * MINUTE_MS, everyMs: 100, message: 'the backlog is stored' });
  return { kills, largestMb, spared: samples };
}

function tellMemory(world: World, { largestMb, spared }: Drain): void {
  world.happened(`largest worker ${largestMb} MB, below ${MOST_RESIDENT_MB}`, largestMb < MOST_RESIDENT_MB ? 1 : 0);
  const lastsMs = (spared.at(-1)?.atMs ?? 0) - (spared.at(0)?.atMs ?? 0);
  const { seconds, meanMb, growthMb } = toTrend(spared, Math.max(WARM_UP_MS, lastsMs * WARM_UP_SHARE));
  const facts = `spared worker ${Math.round(meanMb)} MB, grew ${Math.round(growthMb)} MB in ${Math.round(seconds)} s after its warm-up`;
  if (seconds < LEAST_SECONDS) world.happened(`${facts}: too short to judge a slope`, 0, 0);
  else world.happened(`${facts}, flat is below ${MOST_GROWTH_MB}`, growthMb < MOST_GROWTH_MB ? 1 : 0);
}

/** A backlog of so many events, and workers that are killed at random while they drain it. */
export function createBacklog(entries: number): Scenario {
  return {
    id: 'O1',
    title: `a backlog of ${entries.toLocaleString('en')} events drains while workers are killed at random`,
    promise: 'it drains; the memory of workers follows neither the backlog nor the time',
    world: {
      workers: 0,
      producers: PRODUCERS,
      client: { maxQueueLength: 2 * entries, bufferMaxEvents: 200_000, spoolMaxBytes: 8 * GIBIBYTE },
    },
    deadlineMs: 15 * MINUTE_MS,
    async run(world) {
      const startedMs = performance.now();
      await fill(world, entries);
      const filledMs = performance.now();
      const drain = await drainWithKills(world, entries);
      const seconds = (performance.now() - filledMs) / 1000;
      world.happened('worker kills', drain.kills, entries < LARGE ? 2 : 5);
      world.happened('claims adopted', await world.stat('adopted'));
      world.happened('seconds to fill the queue', Math.round((filledMs - startedMs) / 1000), 0);
      world.happened('events a second while it drained', Math.round(entries / seconds), 0);
      tellMemory(world, drain);
    },
  };
}
