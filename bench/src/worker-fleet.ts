import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import nodeArgs from '../../apps/worker/node-args.json' with { type: 'json' };

const NODE_ARGS: readonly string[] = nodeArgs;
const WORKER = resolve(import.meta.dirname, '../../apps/worker/src/main.ts');

/** Worker processes of this project, as PM2 would start them. */
export interface WorkerFleet extends AsyncDisposable {
  /** Resident memory of each process, in MB. */
  residentMb(): Promise<readonly number[]>;
  /** CPU that all of them have used so far, in seconds. */
  cpuSeconds(): Promise<number>;
}

async function waitUntilReady(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error('the worker has no output to wait for');
  for await (const line of createInterface(child.stdout)) {
    if (line.includes('"msg":"worker ready"')) {
      child.stdout.resume();
      return;
    }
  }
  throw new Error(`a worker ended before it was ready (exit code ${child.exitCode})`);
}

async function residentMb(child: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

/** User and system time in clock ticks, of which Linux reports 100 a second. */
async function cpuSeconds(child: ChildProcess): Promise<number> {
  const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Starts `count` workers and waits until each has said that it is ready; they drain and end with the block. */
export async function startWorkers(count: number, env: Readonly<Record<string, string>>): Promise<WorkerFleet> {
  const children = Array.from({ length: count }, () =>
    spawn(process.execPath, [...NODE_ARGS, WORKER], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  const stop = async (): Promise<void> => {
    const ended = children.map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    });
    await Promise.all(ended);
  };
  try {
    await Promise.all(children.map((child) => waitUntilReady(child)));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    residentMb: () => Promise.all(children.map((child) => residentMb(child))),
    cpuSeconds: async () =>
      (await Promise.all(children.map((child) => cpuSeconds(child)))).reduce((sum, each) => sum + each, 0),
    [Symbol.asyncDispose]: stop,
  };
}
