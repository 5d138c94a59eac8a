/**
 * How many LPUSH a second Redis itself takes, by `redis-benchmark`, which most machines that have the server have too;
 * else by a loop of our own with the same number of clients and the same pipelining (slower: it runs in Node).
 */
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findRedisServer } from '@auditlane/embedded';
import type { Redis } from 'ioredis';
import { openRedis } from '../servers/redis-client.ts';

const run = promisify(execFile);
/** What an entry of the events that are measured takes. */
export const PUSHED_BYTES = 626;
const KEY = 'mylist'; // which redis-benchmark pushes to

/** How the pushes arrive. */
export interface PushLoad {
  readonly clients: number;
  /** Commands that a client sends before it waits. */
  readonly pipeline: number;
  readonly pushes: number;
}

/** Pushes values as long as an entry and tells how many a second. */
export interface PushBench {
  readonly program: 'redis-benchmark' | 'a loop of ours';
  run(url: string, load: PushLoad): Promise<number>;
}

async function isRunnable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function runProgram(path: string, url: string, load: PushLoad, env: NodeJS.ProcessEnv): Promise<number> {
  const { hostname, port, password } = new URL(url);
  const access = password === '' ? [] : ['-a', decodeURIComponent(password)];
  const amounts = ['-d', PUSHED_BYTES, '-c', load.clients, '-P', load.pipeline, '-n', load.pushes].map(String);
  const { stdout } = await run(path, ['-h', hostname, '-p', port, ...access, '-t', 'lpush', ...amounts, '--csv'], {
    env,
  });
  const rate = Number(/^"LPUSH[^"]*","([\d.]+)"/m.exec(stdout)?.[1] ?? Number.NaN);
  if (!(rate > 0)) throw new Error(`redis-benchmark printed no rate: ${stdout}`);
  return rate;
}

async function runLoop(url: string, load: PushLoad): Promise<number> {
  await using opened = new AsyncDisposableStack();
  const opening = Array.from({ length: load.clients }, async () => opened.use(await openRedis(url)));
  const clients = await Promise.all(opening);
  const value = 'x'.repeat(PUSHED_BYTES);
  let left = load.pushes;
  const push = async (client: Redis): Promise<void> => {
    while (left > 0) {
      const pipeline = client.pipeline();
      for (let sent = 0; sent < load.pipeline && left > 0; sent += 1, left -= 1) pipeline.lpush(KEY, value);
      await pipeline.exec();
    }
  };
  const started = performance.now();
  await Promise.all(clients.map(push));
  return load.pushes / ((performance.now() - started) / 1000);
}

async function emptying(url: string, work: () => Promise<number>): Promise<number> {
  await using redis = await openRedis(url);
  try {
    return await work();
  } finally {
    await redis.unlink(KEY);
  }
}

/** Finds `redis-benchmark` beside the server that the stack runs, or on PATH. */
export async function findPushBench(): Promise<PushBench> {
  const { path, libraryPath } = await findRedisServer();
  const env = { PATH: process.env['PATH'], ...(libraryPath !== undefined && { LD_LIBRARY_PATH: libraryPath }) };
  const folders = [dirname(path), ...(process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')];
  for (const program of folders.map((folder) => join(folder, 'redis-benchmark'))) {
    if (await isRunnable(program)) {
      return {
        program: 'redis-benchmark',
        run: (url, load) => emptying(url, () => runProgram(program, url, load, env)),
      };
    }
  }
  return { program: 'a loop of ours', run: (url, load) => emptying(url, () => runLoop(url, load)) };
}
