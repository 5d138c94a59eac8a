/**
 * The three runs of a contender, each on emptied servers and with processes of its own: drain (a backlog is there, two
 * workers are ready, the clock starts), sustained (callers and two workers at once, until the last row is committed) and
 * steady (1,000 calls a second, two workers beside). Every run ends by counting the rows.
 */
import { monotonicMs } from '../cells/monotonic-ms.ts';
import { runCell } from '../cells/run-cell.ts';
import { drainOnce } from '../clocks/drain-run.ts';
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

/** What a sustained run reached; the CPU is that of the calling process. */
export interface SustainedRun {
  readonly eventsPerSecond: number;
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

/** Events a second from the clock's start to the commit of the last row. */
export async function drainPeer(ground: Ground, run: Run): Promise<number> {
  await fill(ground, run, run.events);
  if (run.name === 'auditlane') {
    await using backlog = await createBacklog(ground.redis, { events: run.events });
    return (await drainOnce(ground, { backlog, workers: 2, directory: run.directory })).eventsPerSecond;
  }
  await using fleet = await openFleet(ground.stack, run.name, run.directory);
  const beganAt = performance.now();
  fleet.begin();
  await fleet.whenStored(run.events);
  const seconds = (performance.now() - beganAt) / 1000;
  await requireRows(ground.database, run.name, run.events);
  return run.events / seconds;
}

/** Events a second from the first call to the commit of the last row, callers and workers on the same cores. */
export async function sustainPeer(ground: Ground, run: Run): Promise<SustainedRun> {
  await fill(ground, run, 0);
  await using fleet = await openFleet(ground.stack, run.name, run.directory);
  fleet.begin();
  const [numbers, storedAt] = await Promise.all([
    runCell(CELL, { stack: ground.stack, args: ['sustain', run.name, run.events, CALLERS] }),
    fleet.whenStored(run.events).then(() => monotonicMs()),
  ]);
  await requireRows(ground.database, run.name, run.events);
  const { beganAt = Number.NaN, endedAt = Number.NaN, cpuMicros = Number.NaN } = numbers;
  return { eventsPerSecond: (run.events * 1000) / (Math.max(endedAt, storedAt) - beganAt), cpuMicros };
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
