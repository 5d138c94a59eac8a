import { resolve } from 'node:path';
import nodeArgs from '../../../apps/worker/node-args.json' with { type: 'json' };
import { cpuSecondsOf, peakMbOf } from '../clocks/process-cpu.ts';
import { startProgram } from './start-program.ts';

const NODE_ARGS: readonly string[] = nodeArgs;
const WORKER = resolve(import.meta.dirname, '../../../apps/worker/src/main.ts');

/** Worker processes of this project, as PM2 would start them. */
export interface WorkerFleet extends AsyncDisposable {
  readonly pids: readonly number[];
  /** The largest resident memory that each process has had, in MiB. */
  peakMb(): Promise<readonly number[]>;
  /** The last lines that they have said. */
  lastLines(): readonly string[];
  /** CPU that all of them have used so far, in seconds. */
  cpuSeconds(): Promise<number>;
}

/**
 * Starts `count` workers and waits until each has said that it is ready; they drain and end with the block. Their settings
 * are those of `env` alone. Rejects with a worker's own last lines when it ends first.
 */
export async function startWorkers(count: number, env: Readonly<NodeJS.ProcessEnv>): Promise<WorkerFleet> {
  const isReady = (line: string): boolean => line.includes('"msg":"worker ready"');
  const options = { name: 'a worker', args: [...NODE_ARGS, WORKER], env, isReady };
  const outcomes = await Promise.allSettled(Array.from({ length: count }, () => startProgram(options)));
  const workers = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()));
  };
  const failed = outcomes.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') {
    await stop();
    throw failed.reason;
  }
  const pids = workers.map(({ pid }) => pid);
  return {
    pids,
    peakMb: () => Promise.all(pids.map(peakMbOf)),
    lastLines: () => workers.flatMap((worker) => worker.lastLines()),
    cpuSeconds: () => cpuSecondsOf(pids),
    [Symbol.asyncDispose]: stop,
  };
}
