import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { diesWithParent, guardChild } from '@auditlane/embedded';

import { waitFor } from './wait-for.ts';

/** As `npm start` and the containers have it: a program starts in half the time, and a worker takes 25 MB less. */
const NODE_COMPILE_CACHE = join(import.meta.dirname, '..', '..', '..', 'node_modules', '.cache', 'compile');

/** One line that the child wrote. */
export interface OutputLine {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
  /** The line as an object, if it is a JSON object: a log record. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

export interface SpawnOptions {
  /** The child sees these, PATH, HOME, NODE_ENV=test and NODE_COMPILE_CACHE; nothing else of the environment of the test. */
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly nodeArgs?: readonly string[];
  readonly cwd?: string;
  /** Gives the child `process.send`, as PM2 does; what it sends is in `messages`. Default false. */
  readonly hasIpc?: boolean;
}

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface SpawnedProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly exited: Promise<ProcessExit>;
  /** All lines so far, in order of arrival. */
  readonly lines: readonly OutputLine[];
  readonly messages: readonly unknown[];
  /** The first line that matches, already written or yet to come. A string is matched against `text` and JSON `msg`. */
  waitForLine(match: string | RegExp | ((line: OutputLine) => boolean), deadlineMs?: number): Promise<OutputLine>;
  /** SIGTERM (or another signal), and waits for the end; after `deadlineMs` (20000) SIGKILL. */
  stop(signal?: NodeJS.Signals, deadlineMs?: number): Promise<ProcessExit>;
  /** kill -9, and waits for the end. */
  kill(): Promise<ProcessExit>;
}

function parseLine(text: string): OutputLine['json'] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function isMatch(line: OutputLine, match: string | RegExp | ((line: OutputLine) => boolean)): boolean {
  if (typeof match === 'function') return match(line);
  if (typeof match === 'string') return line.json?.msg === match || line.text.includes(match);
  return match.test(line.text);
}

function collect(child: ChildProcess, lines: OutputLine[], messages: unknown[]): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    const input = child[stream];
    if (input === null) continue;
    createInterface({ input }).on('line', (text) => {
      lines.push({ stream, text, json: parseLine(text) });
    });
  }
  child.on('message', (message: unknown) => messages.push(message));
}

function launch(entry: string, options: SpawnOptions): ChildProcess {
  const node = [process.execPath, ...(options.nodeArgs ?? []), entry, ...(options.args ?? [])];
  const [program = '', ...args] = [...diesWithParent('KILL'), ...node];
  return spawn(program, args, {
    cwd: options.cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'test', NODE_COMPILE_CACHE, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', ...(options.hasIpc === true ? (['ipc'] as const) : [])],
  });
}

/**
 * Runs a `.ts` (or `.js`) program on this Node. It never outlives the test process: killed at exit, and by the kernel if
 * the test process itself is killed.
 */
export function spawnProcess(entry: string, options: SpawnOptions = {}): SpawnedProcess {
  const child = launch(entry, options);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${process.execPath} could not be run`);
  const release = guardChild(pid, 'SIGKILL');
  const lines: OutputLine[] = [];
  const messages: unknown[] = [];
  collect(child, lines, messages);
  // 'close' comes after the last line has been read, so `lines` is complete when `exited` resolves.
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('exit', release);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const end = async (signal: NodeJS.Signals, deadlineMs: number): Promise<ProcessExit> => {
    if (!hasEnded()) child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
    return exited.finally(() => clearTimeout(timer));
  };
  return {
    child,
    pid,
    exited,
    lines,
    messages,
    waitForLine: (match, deadlineMs = 20_000) => waitForLine({ lines, hasEnded, match, deadlineMs, entry }),
    stop: (signal = 'SIGTERM', deadlineMs = 20_000) => end(signal, deadlineMs),
    kill: () => end('SIGKILL', 1000),
    [Symbol.asyncDispose]: async () => {
      await end('SIGKILL', 1000);
    },
  };
}

interface LineWait {
  readonly lines: readonly OutputLine[];
  readonly hasEnded: () => boolean;
  readonly match: string | RegExp | ((line: OutputLine) => boolean);
  readonly deadlineMs: number;
  readonly entry: string;
}

async function waitForLine(wait: LineWait): Promise<OutputLine> {
  const find = (): OutputLine | undefined => wait.lines.find((line) => isMatch(line, wait.match));
  const deadline = performance.now() + wait.deadlineMs;
  const outcome = await waitFor(
    () => {
      const line = find();
      if (line !== undefined) return { line };
      return wait.hasEnded() || performance.now() > deadline ? { line: undefined } : undefined;
    },
    { deadlineMs: wait.deadlineMs + 1000 },
  );
  const line = outcome.line ?? find();
  if (line !== undefined) return line;
  const tail = wait.lines.slice(-15).map((known) => known.text);
  const fact = wait.hasEnded() ? 'ended without' : `did not within ${wait.deadlineMs} ms write`;
  throw new Error(`${wait.entry} ${fact} a line matching ${String(wait.match)}; its last lines:\n${tail.join('\n')}`);
}
