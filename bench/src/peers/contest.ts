/**
 * The three runs of a contender, each on emptied servers and with processes of its own: drain (a backlog is there, two
 * workers are ready, the clock starts), sustained (callers and two workers at once, until the last row is committed) and
 * steady (1,000 calls a second, two workers beside). Every run ends by counting the rows.
 */
import { monotonicMs } from '../cells/monotonic-ms.ts';
import { runCell } from '../cells/run-cell.ts';
import { drainOnce } from '../clocks/drain-run.ts';
import { cpuSecondsOfMachine } from '../clocks/process-cpu.ts';
import { createBacklog } from '../queue/backlog.ts';
import { emptyServers } from '../servers/empty-servers.ts';
import type { Ground } from '../servers/ground.ts';
import { requireRows } from '../servers/require-rows.ts';
import { CONTENDERS, type ContenderName } from './contenders.ts';
import { openFleet } from './fleet.ts';

const CELL = '../peers/peer';
/** For everybody; with fewer, jobs of 1,000 events would wait to be filled. Connections are what each contender opens. */
const CALLERS = 4_000;

/** Who runs, on how many events. */
export interface Run {
  readonly name: ContenderName;
  readonly events: number;
  /** A scratch folder. */
  readonly directory: string;
}

/** What a drain reached, and how many cores the whole machine kept busy meanwhile. */
export interface DrainedRun {
  readonly eventsPerSecond: number;
  readonly busyCores: number;
}

/** What a sustained run reached; the CPU an event is that of the calling process. */
export interface SustainedRun extends DrainedRun {
  readonly cpuMicros: number;
}

/** What callers awaited at a steady rate. */
export interface SteadyRun {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

async function fill(ground: Ground, { name }: Run, events: number): Promise<void> {
  await emptyServers(ground.stack);
  if (CONTENDERS[name].fill !== null) await runCell(CELL, { stack: ground.stack, args: ['fill', name, events] });
  await ground.database.query('checkpoint');
}

/** From the clock's start to the commit of the last row. */
export async function drainPeer(ground: Ground, run: Run): Promise<DrainedRun> {
  await fill(ground, run, run.events);
  if (run.name === 'auditlane') {
    await using backlog = await createBacklog(ground.redis, { events: run.events });
    return await drainOnce(ground, { backlog, workers: 2, directory: run.directory });
  }
  await using fleet = await openFleet(ground.stack, run.name, run.directory);
  const busyBefore = await cpuSecondsOfMachine();
  const beganAt = performance.now();
  fleet.begin();
  await fleet.whenStored(run.events);
  const seconds = (performance.now() - beganAt) / 1000;
  const busySeconds = (await cpuSecondsOfMachine()) - busyBefore;
  await requireRows(ground.database, run.name, run.events);
  return { eventsPerSecond: run.events / seconds, busyCores: busySeconds / seconds };
}

/** From the first call to the commit of the last row, callers and workers on the same cores. */
export async function sustainPeer(ground: Ground, run: Run): Promise<SustainedRun> {
  await fill(ground, run, 0);
  await using fleet = await openFleet(ground.stack, run.name, run.directory);
  fleet.begin();
  const whenStored = async () => {
    await fleet.whenStored(run.events);
    return { at: monotonicMs(), busySeconds: await cpuSecondsOfMachine() };
  };
  const [numbers, stored] = await Promise.all([
    runCell(CELL, { stack: ground.stack, args: ['sustain', run.name, run.events, CALLERS] }),
    whenStored(),
  ]);
  await requireRows(ground.database, run.name, run.events);
  const { beganAt = Number.NaN, endedAt = Number.NaN, cpuMicros = Number.NaN } = numbers;
  const { busyBefore = Number.NaN, busyAfter = Number.NaN } = numbers;
  // Whoever is last ends the run: the caller with its last answer, or the worker with its last commit.
  const isStoredLast = stored.at > endedAt;
  const seconds = ((isStoredLast ? stored.at : endedAt) - beganAt) / 1000;
  const busySeconds = (isStoredLast ? stored.busySeconds : busyAfter) - busyBefore;
  return { eventsPerSecond: run.events / seconds, busyCores: busySeconds / seconds, cpuMicros };
}

/** What a caller awaits when 1,000 calls a second are offered. */
export async function steadyPeer(ground: Ground, run: Run): Promise<SteadyRun> {
  await fill(ground, run, 0);
  await using fleet = await openFleet(ground.stack, run.name, run.directory);
  fleet.begin();
  const [{ p50Ms = Number.NaN, p99Ms = Number.NaN }] = await Promise.all([
    runCell(CELL, { stack: ground.stack, args: ['steady', run.name, run.events] }),
    fleet.whenStored(run.events),
  ]);
  await requireRows(ground.database, run.name, run.events);
  return { p50Ms, p99Ms };
}
