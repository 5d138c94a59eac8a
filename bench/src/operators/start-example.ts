import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { diesWithParent, guardChild } from '@auditlane/embedded';
import { z } from 'zod';

const SERVER = resolve(import.meta.dirname, 'example-server.ts');
const Listening = z.object({ port: z.int() });

/** The example application in a process of its own. */
export interface ExampleServer extends AsyncDisposable {
  readonly port: number;
}

/** Starts it with `logAudit`, without, or with a bare LPUSH, and waits until it listens; it ends with its block. */
export async function startExample(
  kind: 'with' | 'without' | 'lpush',
  env: Readonly<Record<string, string>>,
): Promise<ExampleServer> {
  const command = [...diesWithParent('TERM'), process.execPath, SERVER, kind];
  const [program = process.execPath, ...args] = command;
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.pid === undefined) throw new Error(`the example could not be run: ${program}`);
  const release = guardChild(child.pid, 'SIGTERM');
  child.once('exit', release);
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  const line = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
  if (line.done === true)
    throw new Error(`the example ended before it listened (${child.signalCode ?? child.exitCode})`);
  return { port: Listening.parse(JSON.parse(line.value)).port, [Symbol.asyncDispose]: stop };
}
