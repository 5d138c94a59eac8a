import { once } from 'node:events';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { diesWithParent, guardChild } from '@auditlane/embedded';
import nodeArgs from '../../../apps/worker/node-args.json' with { type: 'json' };
import { plainEnv } from './process-env.ts';
import { cpuSecondsOf, peakMbOf, residentMbOf } from '../clocks/process-cpu.ts';

const NODE_ARGS: readonly string[] = nodeArgs;
const WORKER = resolve(import.meta.dirname, '../../../apps/worker/src/main.ts');
const KEPT_LINES = 20;

/** Worker processes of this project, as PM2 would start them. */
export interface WorkerFleet extends AsyncDisposable {
  readonly pids: readonly number[];
  /** Resident memory of each process, in MB. */
  residentMb(): Promise<readonly number[]>;
  /** The largest resident memory that each process has had, in MB. */
  peakMb(): Promise<readonly number[]>;
  /** The last lines that they have said. */
  lastLines(): readonly string[];
  /** CPU that all of them have used so far, in seconds. */
  cpuSeconds(): Promise<number>;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

interface Worker {
  readonly child: Child;
  readonly pid: number;
  /** The last lines of its output and errors. */
  readonly lines: readonly string[];
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

function hasEnded(child: Child): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function startWorker(env: Readonly<Record<string, string>>): Worker {
  const [program, ...args] = [...diesWithParent('TERM'), process.execPath, ...NODE_ARGS, WORKER];
  const child = spawn(program, args, { env: { ...plainEnv(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid === undefined) throw new Error(`a worker could not be run: ${program}`);
  const release = guardChild(pid, 'SIGTERM');
  const lines: string[] = [];
  const ready = new Promise<void>((settle, reject) => {
    const read = (line: string): void => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      if (line.includes('"msg":"worker ready"')) settle();
    };
    createInterface(child.stdout).on('line', read);
    createInterface(child.stderr).on('line', read);
    // Not `exit`: its last words are still in the pipe then.
    child.once('close', (code, signal) => {
      release();
      reject(new Error(`a worker ended before it was ready (${signal ?? `exit code ${code}`}):\n${lines.join('\n')}`));
    });
  });
  const stop = async (): Promise<void> => {
    if (hasEnded(child)) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  return { child, pid, lines, ready, stop };
}

/**
 * Starts `count` workers and waits until each has said that it is ready; they drain and end with the block. Rejects with
 * a worker's own last lines when it ends first.
 */
export async function startWorkers(count: number, env: Readonly<Record<string, string>>): Promise<WorkerFleet> {
  const workers = Array.from({ length: count }, () => startWorker(env));
  const pids = workers.map(({ pid }) => pid);
  const stop = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.stop()));
  };
  try {
    await Promise.all(workers.map(({ ready }) => ready));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    pids,
    residentMb: () => Promise.all(pids.map(residentMbOf)),
    peakMb: () => Promise.all(pids.map(peakMbOf)),
    lastLines: () => workers.flatMap(({ lines }) => lines),
    cpuSeconds: () => cpuSecondsOf(pids),
    [Symbol.asyncDispose]: stop,
  };
}
