import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { waitFor } from '@auditlane/testkit/harness';
import type { Scenario } from '../../scenario.ts';
import { restartServer } from '../../world/heal.ts';
import type { World } from '../../world/world.ts';
import { forMs, lockTable, underLoad, waitForBacklog } from '../during.ts';
import { findProgram } from '../programs.ts';

/** Redis tells its data sets apart by this mark. */
async function readIncarnation(world: World): Promise<string | null> {
  return world.redis.get(world.keys.epoch);
}

/** Puts Redis back to what it had a moment ago, as a power cut does that takes what was not yet on the disk. */
async function rewind(world: World, ms: number): Promise<void> {
  const copy = await world.redisServer.copyData();
  const before = await world.stat('enqueued');
  await forMs(ms);
  const after = await world.stat('enqueued');
  await world.redisServer.kill();
  await restartServer(world.redisServer, copy);
  copy.remove();
  world.happened('pushes undone', after - before);
}

/** Loses the whole data set while Postgres takes nothing, so that every receipt since then lives in Redis alone. */
async function loseBacklog(world: World, lose: () => Promise<void>): Promise<void> {
  const unlock = await lockTable(world);
  await world.producer.log(2000);
  await waitForBacklog(world, 2000);
  const before = await readIncarnation(world);
  await lose();
  // The mark is made with the first push into the new data set.
  await world.producer.log(10);
  await unlock();
  const after = await waitFor(() => readIncarnation(world), { deadlineMs: 30_000, message: 'a new incarnation' });
  world.happened('data set lost', before === after ? 0 : 1);
}

/** Delays each fdatasync of Redis; answers how to end that. */
async function stallFsync(world: World): Promise<() => Promise<void>> {
  const pid = String(world.redisServer.pid());
  const stall = 'inject=fdatasync:delay_enter=3000000';
  const strace = spawn('strace', ['-f', '-q', '-p', pid, '-e', 'trace=fdatasync', '-e', stall]);
  const ended = once(strace, 'exit');
  strace.stderr.resume();
  await waitFor(async () => /TracerPid:\s+[1-9]/.test(await readStatus(world.redisServer.pid())), {
    message: 'strace holds Redis',
  });
  return async () => {
    strace.kill('SIGKILL');
    await ended;
  };
}

async function readStatus(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/status`, 'utf8');
}

export const REWINDS: readonly Scenario[] = [
  {
    id: 'R3',
    title: 'Redis killed while its disk stalls, appendfsync everysec',
    promise: 'what Redis had not written is replayed from the ring of the clients',
    world: { redisSettings: { appendfsync: 'everysec' } },
    skip: () => findProgram('strace'),
    async run(world) {
      await underLoad(world, { rate: 500 }, async () => {
        const release = await stallFsync(world);
        await forMs(4000);
        const info = await world.redis.info('persistence');
        world.happened('fsyncs delayed', Number(/aof_delayed_fsync:(\d+)/.exec(info)?.[1] ?? 0));
        await world.redisServer.kill();
        await release();
        await restartServer(world.redisServer);
      });
    },
  },
  {
    id: 'R4',
    title: 'power cut: the last second of pushes never reached the disk',
    promise: 'what is missing is replayed from the ring of the clients',
    async run(world) {
      await underLoad(world, { rate: 500 }, () => rewind(world, 1000));
    },
    losesCounters: true,
  },
  {
    id: 'R6',
    title: 'Redis restarts empty (volume lost) with a backlog',
    promise: 'durable: replayed from the ring, if the backlog fits in it; strict: replayed from disk, however old',
    losesCounters: true,
    run: (world) =>
      loseBacklog(world, async () => {
        await world.redisServer.kill();
        await restartServer(world.redisServer, 'empty');
      }),
  },
  {
    id: 'R7',
    title: 'FLUSHALL by hand with a backlog',
    promise: 'as R6',
    losesCounters: true,
    run: (world) => loseBacklog(world, async () => void (await world.redis.flushall())),
  },
];
