import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { diesWithParent, guardChild } from '@auditlane/embedded';
import { plainEnv } from './process-env.ts';
import { profileArgs } from './profile-args.ts';

const READY_MS = 120_000;
const KEPT_LINES = 20;

/** What to start, and how it says that it is ready. */
export interface ProgramOptions {
  /** As it is called in errors, such as `a worker`. */
  readonly name: string;
  /** What follows `node`. */
  readonly args: readonly string[];
  /** Added to the environment without settings of this project. */
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** Told of each line of its output until the first that is true. */
  readonly isReady: (line: string) => boolean;
}

/** A program of Node in a process of its own that has said it is ready. It is asked to end, and waited for, with its block. */
export interface Program extends AsyncDisposable {
  readonly pid: number;
  /** The line that said it was ready. */
  readonly readyLine: string;
  /** The last lines of its output and errors. */
  lastLines(): readonly string[];
}

/** Starts it; rejects with its own last lines when it ends before it is ready, or is not within two minutes. */
export async function startProgram({ name, args, env, isReady }: ProgramOptions): Promise<Program> {
  const profile = profileArgs(name);
  const command = [...diesWithParent('TERM'), process.execPath, ...profile, ...args];
  const [program = process.execPath, ...rest] = command;
  const child = spawn(program, rest, { env: { ...plainEnv(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  // Told below: it has no pid.
  child.on('error', () => undefined);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} could not be run: ${program}`);
  const release = guardChild(pid, 'SIGTERM');
  const lines: string[] = [];
  const keep = (line: string): void => {
    lines.push(line);
    if (lines.length > KEPT_LINES) lines.shift();
  };
  const said = Promise.withResolvers<string>();
  const fail = (what: string): void => said.reject(new Error(`${name} ${what}:\n${lines.join('\n')}`));
  createInterface(child.stderr).on('line', keep);
  createInterface(child.stdout).on('line', (line) => {
    keep(line);
    if (isReady(line)) said.resolve(line);
  });
  /** From when it is ready until it is asked to end. */
  let isNeeded = false;
  // Not `exit`: its last words are still in the pipe then.
  const ended = once(child, 'close').then(() => {
    release();
    const how = child.signalCode ?? `exit code ${child.exitCode}`;
    fail(`ended before it was ready (${how})`);
    // A profile is written by an exit, and by that alone.
    if (profile.length > 0 && child.signalCode !== null) process.stderr.write(`${name} wrote no profile (${how})\n`);
    if (isNeeded) process.stderr.write(`${name} ended (${how}):\n${lines.join('\n')}\n`);
  });
  const timer = setTimeout(() => fail('was not ready within two minutes'), READY_MS);
  const stop = async (): Promise<void> => {
    isNeeded = false;
    child.kill('SIGTERM');
    await ended;
  };
  try {
    const readyLine = await said.promise;
    isNeeded = true;
    return { pid, readyLine, lastLines: () => lines, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
