import { readFileSync } from 'node:fs';
import { isRunning, noteProcess, type KnownProcess } from './process-table.ts';

const WATCH_MS = 500;
/** npm, the shell, the bootstrap. */
const LEVELS_TO_NPM = 2;

/** The processes that this one was started through: the bootstrap, and npm above the shell that npm runs scripts by. */
export function findParents(): readonly KnownProcess[] {
  if (process.env['AUDITLANE_BOOTSTRAP_PID'] !== String(process.ppid)) return [];
  const npmPid = process.env['npm_lifecycle_event'] === undefined ? null : findNpmAbove(process.ppid);
  const parents = [noteProcess('bootstrap', process.ppid), npmPid === null ? null : noteProcess('npm', npmPid)];
  return parents.filter((parent) => parent !== null);
}

function findNpmAbove(pid: number): number | null {
  let above = parentOf(pid);
  for (let level = 0; level < LEVELS_TO_NPM && above !== null; level += 1) {
    if (/\bp?npm\b/.test(commandOf(above))) return above;
    above = parentOf(above);
  }
  return null;
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

/** npm calls itself "npm start" there. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
