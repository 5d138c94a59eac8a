import { readFileSync } from 'node:fs';
import { isRunning, noteProcess, type KnownProcess } from './process-table.ts';

const WATCH_MS = 500;

/** The processes that this one was started through: the bootstrap, and npm above it. */
export function findParents(): readonly KnownProcess[] {
  if (process.env['AUDITLANE_BOOTSTRAP_PID'] !== String(process.ppid)) return [];
  const bootstrap = noteProcess('bootstrap', process.ppid);
  if (bootstrap === null || process.env['npm_lifecycle_event'] === undefined)
    return bootstrap === null ? [] : [bootstrap];
  const npmPid = parentOf(process.ppid);
  const npm = npmPid === null ? null : noteProcess('npm', npmPid);
  return npm === null ? [bootstrap] : [bootstrap, npm];
}

/** Calls `onOrphaned` once when a parent has been killed: nobody could stop this process by Ctrl-C any more. */
export function watchParents(parents: readonly KnownProcess[], onOrphaned: (parent: KnownProcess) => void): void {
  const timer = setInterval(() => {
    const dead = parents.find((parent) => !isRunning(parent));
    if (dead === undefined) return;
    clearInterval(timer);
    onOrphaned(dead);
  }, WATCH_MS);
  timer.unref();
}

function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}
