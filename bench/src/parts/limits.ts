/**
 * What the machine can do at all, with the settings of `npm start`: how many rows a second Postgres takes from plain
 * files of ready-made rows, into the very table with its indexes, and how many values of 450 bytes Redis takes, each
 * push written to disk before it is answered. Both bare: no client, no validation, no worker.
 */
import { createBacklog } from '../queue/backlog.ts';
import { copyOnce, takeRows, writeTable, type CopyRun } from '../clocks/copy-run.ts';
import { drainOnce, openGround, type Ground } from '../clocks/drain-run.ts';
import type { Part, PartContext } from '../part.ts';
import { cpuSecondsOf } from '../clocks/process-cpu.ts';
import { findPushBench, type PushBench, type PushLoad } from '../clocks/redis-benchmark.ts';
import type { Measurement } from '../report/report.ts';

const PART = 'limits';
const ROWS = 1_000_000;
/** Alone, in company, and in batches as a client of this project sends. */
const LOADS: readonly PushLoad[] = [
  { clients: 1, pipeline: 1, pushes: 50_000 },
  { clients: 50, pipeline: 1, pushes: 200_000 },
  { clients: 50, pipeline: 16, pushes: 1_000_000 },
  { clients: 1, pipeline: 256, pushes: 1_000_000 },
];

interface PushRun {
  readonly perSecond: number;
  readonly redisMicros: number;
}

async function pushOnce(ground: Ground, bench: PushBench, load: PushLoad): Promise<PushRun> {
  const { pid, url } = ground.stack.redis;
  const before = await cpuSecondsOf([pid]);
  const perSecond = await bench.run(url, load);
  return { perSecond, redisMicros: (((await cpuSecondsOf([pid])) - before) * 1e6) / load.pushes };
}

function describeCopies(copies: readonly (readonly CopyRun[])[]): readonly Measurement[] {
  return copies.flatMap((runs, at): readonly Measurement[] => {
    const name = (connections: number): string =>
      `COPY into the indexed table, ${connections} connection${connections === 1 ? '' : 's'}`;
    return [
      {
        part: PART,
        name: name(at + 1),
        unit: 'rows/s',
        values: runs.map((run) => run.rowsPerSecond),
        ...(at > 0 && { comparedWith: name(1) }),
      },
      {
        part: PART,
        name: `CPU of Postgres a row, COPY by ${at + 1} connection${at === 0 ? '' : 's'}`,
        unit: 'µs',
        values: runs.map((run) => run.postgresMicros),
      },
    ];
  });
}

function describePushes(bench: PushBench, runs: ReadonlyMap<PushLoad, readonly PushRun[]>): readonly Measurement[] {
  return [...runs].flatMap(([{ clients, pipeline }, each]): readonly Measurement[] => {
    const load = `${clients} client${clients === 1 ? '' : 's'}, ${pipeline === 1 ? 'no pipeline' : `pipeline ${pipeline}`}`;
    return [
      {
        part: PART,
        name: `LPUSH of 450 B by ${bench.program}, ${load}`,
        unit: 'pushes/s',
        values: each.map((run) => run.perSecond),
      },
      { part: PART, name: `CPU of Redis a push, ${load}`, unit: 'µs', values: each.map((run) => run.redisMicros) },
    ];
  });
}

async function measurePushes(ground: Ground, context: PartContext, bench: PushBench): Promise<Map<PushLoad, PushRun>> {
  const runs = new Map<PushLoad, PushRun>();
  for (const load of LOADS) {
    const pushes = Math.max(1_000, Math.round(load.pushes * context.scale));
    runs.set(load, await pushOnce(ground, bench, { ...load, pushes }));
  }
  return runs;
}

async function run(context: PartContext): Promise<readonly Measurement[]> {
  await using ground = await openGround(context.stack);
  const { directory, rounds, say } = context;
  const bench = await findPushBench();
  const events = Math.round(ROWS * context.scale);
  say(`making ${events} rows`);
  const backlog = await createBacklog(ground.redis, events);
  await drainOnce(ground, { backlog, workers: 2, directory });
  await ground.redis.unlink(backlog.key);
  const files = await takeRows(await writeTable(ground, directory), events, directory);
  const copies: CopyRun[][] = [[], []];
  const pushes = new Map<PushLoad, PushRun[]>();
  for (let round = 1; round <= rounds; round += 1) {
    say(`limits, round ${round} of ${rounds}`);
    for (const [at, paths] of [files.whole, files.halves].entries()) {
      copies[at]?.push(await copyOnce(ground, events, paths));
    }
    for (const [load, pushed] of await measurePushes(ground, context, bench)) {
      pushes.set(load, [...(pushes.get(load) ?? []), pushed]);
    }
  }
  return [...describeCopies(copies), ...describePushes(bench, pushes)];
}

/** The part `limits`. */
export const limits: Part = { name: PART, title: 'Limits of the machine', run };
