import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { diesWithParent, guardChild } from '@auditlane/embedded';
import { peakMbOf, residentMbOf } from '../clocks/process-cpu.ts';

const APPS = resolve(import.meta.dirname, '../../../apps');
const READY_MS = 60_000;

/** A process of the product beside its workers: it ends with its block. */
export interface ProductProcess extends AsyncDisposable {
  /** The line of its log that said it was ready. */
  readonly readyLine: string;
  /** The largest resident memory that it has had, in MB. */
  peakMb(): Promise<number>;
  /** Its resident memory now, in MB. */
  residentMb(): Promise<number>;
}

/** Starts `apps/<app>/src/main.ts` as PM2 would and waits for the record `ready` in its log. Rejects when it ends first, or after a minute. */
export async function startProduct(
  app: 'api' | 'maintenance',
  options: { readonly ready: string; readonly env: Readonly<Record<string, string>> },
): Promise<ProductProcess> {
  const [program, ...args] = [...diesWithParent('TERM'), process.execPath, resolve(APPS, app, 'src/main.ts')];
  const env = { ...process.env, ...options.env };
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${app} could not be run`);
  const release = guardChild(pid, 'SIGTERM');
  const exited = once(child, 'exit').then(release);
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
  };
  const ready = new Promise<string>((settle, reject) => {
    const timer = setTimeout(() => reject(new Error(`${app} was not ready within a minute`)), READY_MS);
    createInterface(child.stdout).on('line', (line) => {
      if (!line.includes(`"msg":"${options.ready}"`)) return;
      clearTimeout(timer);
      settle(line);
    });
    void exited.then(() => reject(new Error(`${app} ended before it was ready (exit code ${child.exitCode})`)));
  });
  try {
    const readyLine = await ready;
    return {
      readyLine,
      peakMb: () => peakMbOf(pid),
      residentMb: () => residentMbOf(pid),
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
