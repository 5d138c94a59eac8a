import { readFileSync } from 'node:fs';

// Nothing that this process started may outlive it. Three nets, since no single one covers every death:
// 'exit' (normal end, process.exit, uncaught error), the signals that end a process without 'exit', and, for kill -9,
// the kernel's parent-death signal (parent-death.ts).

const GRACE_MS = 5000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const guarded = new Map<number, NodeJS.Signals>();
const cleanups = new Set<() => void>();
let isInstalled = false;

function isGone(pid: number): boolean {
  try {
    // A dead child stays as a zombie here, because the event loop that would collect it no longer runs.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return true;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Already gone, which is what was wanted.
  }
}

function endAll(): void {
  const pids = [...guarded];
  guarded.clear();
  for (const [pid, signal] of pids) send(pid, signal);
  const deadline = performance.now() + GRACE_MS;
  const clock = new Int32Array(new SharedArrayBuffer(4));
  // Synchronous on purpose: this runs in an 'exit' listener, after which nothing asynchronous happens any more.
  while (pids.some(([pid]) => !isGone(pid)) && performance.now() < deadline) {
    Atomics.wait(clock, 0, 0, 10);
  }
  for (const [pid] of pids) if (!isGone(pid)) send(pid, 'SIGKILL');
  for (const cleanup of cleanups) cleanup();
  cleanups.clear();
}

function endBySignal(signal: NodeJS.Signals): void {
  // Another listener means that the application has a shutdown of its own, which will stop the servers in its order.
  if (process.listenerCount(signal) > 1) return;
  endAll();
  process.off(signal, endBySignal);
  process.kill(process.pid, signal);
}

function install(): void {
  if (isInstalled) return;
  isInstalled = true;
  process.on('exit', endAll);
  // First in line: a `once` listener of the application must not have removed itself yet when they are counted.
  for (const signal of SIGNALS) process.prependListener(signal, endBySignal);
}

/**
 * Ends the child `pid` with `signal` (after 5 s with SIGKILL) when this process exits or is told to by SIGINT, SIGTERM
 * or SIGHUP. Returns the function that lifts the guard once the child has ended.
 */
export function guardChild(pid: number, signal: NodeJS.Signals): () => void {
  install();
  guarded.set(pid, signal);
  return () => {
    guarded.delete(pid);
  };
}

/** Runs the synchronous `cleanup` at exit, after every guarded child has ended. Returns the function that takes it back. */
export function onExit(cleanup: () => void): () => void {
  install();
  cleanups.add(cleanup);
  return () => {
    cleanups.delete(cleanup);
  };
}
