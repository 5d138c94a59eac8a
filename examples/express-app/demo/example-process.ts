import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

const MAIN = resolve(import.meta.dirname, '../src/main.ts');

/** The running example application. */
export interface ExampleProcess {
  readonly port: number;
  /** Where it tells its figures. */
  readonly metricsPort: number;
  /** Ends it and tells what its HTTP parser refused, by reason. */
  stop(): Promise<Readonly<Record<string, number>>>;
}

function toRecord(line: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}

function toCounts(value: unknown): Readonly<Record<string, number>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([reason, count]) => [reason, Number(count)]));
}

/** Starts the example as a process of its own and waits until it listens. Fails when it ends before. */
export async function startExample(env: Readonly<Record<string, string>>): Promise<ExampleProcess> {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, ...env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  // It reads on whoever waits, since a pipe that nobody reads would hold the application up.
  const lines = createInterface(child.stdout);
  const next = (message: string): Promise<Readonly<Record<string, unknown>>> =>
    new Promise((resolvePromise, reject) => {
      lines.on('line', (line) => {
        const said = toRecord(line);
        if (said['msg'] === message) resolvePromise(said);
      });
      lines.once('close', () => reject(new Error(`the example application ended before it said "${message}"`)));
    });
  const { port, metricsPort } = await next('listening');
  return {
    port: Number(port),
    metricsPort: Number(metricsPort),
    stop: async () => {
      child.kill('SIGTERM');
      const { refused } = await next('stopped');
      if (child.exitCode === null) await once(child, 'exit');
      return toCounts(refused);
    },
  };
}
