import { spawn, type ChildProcess } from 'node:child_process';
import { open } from 'node:fs/promises';

import { EmbeddedError } from '../embedded-error.ts';
import { poll } from '../poll.ts';
import { guardChild } from './exit-guard.ts';
import { readLogTail, rotateLog, sizeOf } from './log-tail.ts';
import { diesWithParent } from './parent-death.ts';

/** How a server ended: an exit code, or the signal that ended it. */
export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A started server process. `stop` may be called any number of times, by any number of callers: all wait for one end. */
export interface ServerProcess {
  readonly pid: number;
  /** Resolves when the process has ended, however it ended. */
  readonly exited: Promise<ServerExit>;
  /** Sends a signal and waits for nothing: the fault of a crash test. */
  kill(signal: NodeJS.Signals): void;
  /** Asks for a clean end; after the deadline (15 s) of each step goes on to the next signal, at last SIGKILL. */
  stop(): Promise<void>;
}

/** What to run, and how it is told to end. */
export interface ServerCommand {
  readonly name: string;
  /** Program and arguments. */
  readonly command: readonly string[];
  /** Put before `command`, after the parent-death prefix is placed between both. */
  readonly prefix?: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly owner?: { readonly uid: number; readonly gid: number };
  readonly logFile: string;
  /** In order of growing force; the first is the clean one and is also sent when the parent dies, unless `isDisposable`. */
  readonly stopSignals: readonly ['SIGINT' | 'SIGTERM', ...NodeJS.Signals[]];
  /** Whether the death of the parent is answered by SIGKILL, which a stopped process hears as well. Default false. */
  readonly isDisposable?: boolean;
  /** Resolves to true when the server serves; asked every 10 ms. */
  readonly isReady: (pid: number) => Promise<boolean>;
  /** Milliseconds until a server that is not ready is given up. Default 300000: replaying 4 GB of log after a crash takes its time. */
  readonly readyDeadlineMs?: number;
}

const STOP_STEP_MS = 15_000;

interface Launched {
  readonly child: ChildProcess;
  readonly exited: Promise<ServerExit>;
  /** Resolves with the error of a program that could not be run. */
  readonly failed: Promise<unknown>;
}

async function launch(server: ServerCommand): Promise<Launched> {
  const cleanSignal = server.stopSignals[0] === 'SIGINT' ? 'INT' : 'TERM';
  const parentDeath = diesWithParent(server.isDisposable === true ? 'KILL' : cleanSignal);
  const [program = '', ...args] = [...(server.prefix ?? []), ...parentDeath, ...server.command];
  // A file and not a pipe: a pipe would end the server at its next log line if this process died first.
  await using log = await open(server.logFile, 'a', 0o600);
  const child = spawn(program, args, {
    cwd: server.cwd,
    env: server.env,
    ...server.owner,
    // A session of its own: Ctrl-C in the terminal must reach the application, which drains before the servers stop.
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  // Listened to before anything is waited for: it may end, or fail, while the log is being closed here.
  const exited = new Promise<ServerExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const failed = new Promise<unknown>((resolve) => child.once('error', resolve));
  return { child, exited, failed };
}

function toHandle({ child, exited }: Launched, pid: number, server: ServerCommand): ServerProcess {
  const release = guardChild(pid, server.stopSignals[0]);
  void exited.then(release);
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  let stopping: Promise<void> | undefined;
  const stopInSteps = async (): Promise<void> => {
    for (const signal of [...server.stopSignals, 'SIGKILL'] as const) {
      if (hasEnded()) break;
      child.kill(signal);
      if (await poll(() => (hasEnded() ? true : undefined), { deadlineMs: STOP_STEP_MS })) break;
    }
    await exited;
  };
  return {
    pid,
    exited,
    kill: (signal) => {
      child.kill(signal);
    },
    stop: () => (stopping ??= stopInSteps()),
  };
}

/**
 * Starts a server and waits until it is ready. The child is guarded (exit-guard.ts) from its first moment.
 * Fails with `start_failed` and the last log lines when it ends first or the deadline passes; nothing is left running.
 */
export async function startServerProcess(server: ServerCommand): Promise<ServerProcess> {
  await rotateLog(server.logFile);
  const logStart = await sizeOf(server.logFile);
  const launched = await launch(server);
  const { child } = launched;
  if (child.pid === undefined) {
    const cause = await launched.failed;
    throw new EmbeddedError('start_failed', `${server.name} could not be run`, { cause });
  }
  const handle = toHandle(launched, child.pid, server);
  const outcome = await poll(
    async () => {
      if (child.exitCode !== null || child.signalCode !== null) return 'ended';
      return (await server.isReady(handle.pid)) ? 'ready' : undefined;
    },
    { deadlineMs: server.readyDeadlineMs ?? 300_000 },
  );
  if (outcome === 'ready') return handle;
  await handle.stop();
  const tail = await readLogTail(server.logFile, logStart);
  const fact = outcome === 'ended' ? 'ended before it was ready' : 'was not ready in time';
  throw new EmbeddedError('start_failed', `${server.name} ${fact}; ${server.logFile} ends with:\n${tail}`);
}
