import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { WORKSPACE_DIR } from '@auditlane/runtime';

/** Longer than vitest needs to stop its servers after a Ctrl-C. */
const STOP_MS = 20_000;

/** How a tool ended, and what it printed when its output was kept. */
export interface ToolResult {
  readonly code: number;
  readonly output: string;
}

/** A program of node_modules/.bin with its arguments. */
export interface Tool {
  readonly command: readonly [string, ...string[]];
  /** `show`: to the terminal, as it comes; `keep`: into the result. */
  readonly output: 'show' | 'keep';
  readonly env?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Runs a tool in the root folder. When the signal comes it is interrupted, and killed when that does not end it. */
export async function runTool({ command, output, env, signal }: Tool): Promise<ToolResult> {
  signal.throwIfAborted();
  const [program, ...args] = command;
  const stdio = output === 'show' ? 'inherit' : 'pipe';
  const child = spawn(program === 'node' ? process.execPath : join(WORKSPACE_DIR, 'node_modules/.bin', program), args, {
    cwd: WORKSPACE_DIR,
    env: { ...process.env, ...env },
    stdio: ['ignore', stdio, stdio],
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => chunks.push(text));
  }
  let timer: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    child.kill('SIGINT');
    timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  };
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status) => resolve(status ?? 1));
    });
    return { code, output: chunks.join('').trim() };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', interrupt);
  }
}
