import { resolve } from 'node:path';
import { z } from 'zod';
import { startProgram } from '../programs/start-program.ts';

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
  const isReady = (): boolean => true;
  const program = await startProgram({ name: `the example (${kind})`, args: [SERVER, kind], env, isReady });
  const { port } = Listening.parse(JSON.parse(program.readyLine));
  return { port, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}
