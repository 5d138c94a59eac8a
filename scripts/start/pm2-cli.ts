// PM2 is a tool here (it is under the AGPL): its command line is run, its modules are never imported.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { WORKSPACE_DIR } from '@auditlane/runtime';

const CLI = join(WORKSPACE_DIR, 'node_modules', 'pm2', 'bin', 'pm2');

/** One run of the command line. */
export interface Pm2Run {
  readonly home: string;
  readonly args: readonly string[];
  /** Variables for the processes that it starts, beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Kills the command line, which leaves what the daemon does to the daemon. */
  readonly signal?: AbortSignal;
}

/** How it ended; `output` is what it printed, without colours. */
export interface Pm2Result {
  readonly code: number;
  readonly output: string;
}

/** Runs the command line quietly. Never rejects for a command that fails: `code` tells. */
export async function runPm2(run: Pm2Run): Promise<Pm2Result> {
  const child = spawn(process.execPath, [CLI, ...run.args], {
    cwd: WORKSPACE_DIR,
    env: toEnv(run),
    // A group of its own: a Ctrl-C in the terminal is ours to turn into an orderly end.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    killSignal: 'SIGKILL',
    ...(run.signal && { signal: run.signal }),
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => chunks.push(text));
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    // Not 'close': the daemon it may have started holds the same pipes open.
    child.once('exit', (status) => resolve(status ?? 1));
  });
  return { code, output: stripVTControlCharacters(chunks.join('')).trim() };
}

/**
 * Runs the command line for a person: its output goes to the terminal. Resolves with its exit status. A signal that
 * ends this process ends the command line first: `logs` would else go on alone.
 */
export async function showPm2(run: Pm2Run): Promise<number> {
  const child = spawn(process.execPath, [CLI, ...run.args], { cwd: WORKSPACE_DIR, env: toEnv(run), stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => resolve(status ?? 0));
  });
}

function toEnv({ home, env }: Pm2Run): NodeJS.ProcessEnv {
  return { ...process.env, ...env, PM2_HOME: home, PM2_DISCRETE_MODE: 'true' };
}
