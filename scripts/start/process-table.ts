import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf } from '../bootstrap/identity.mjs';

const POLL_MS = 25;

/** A process with what distinguishes it from a later one of the same pid. */
export interface KnownProcess {
  readonly name: string;
  readonly pid: number;
  readonly identity: string;
}

/** Notes a running process; null when there is none with that pid. */
export function noteProcess(name: string, pid: number): KnownProcess | null {
  const identity = identityOf(pid);
  return identity === null ? null : { name, pid, identity };
}

export function isRunning(known: KnownProcess): boolean {
  return identityOf(known.pid) === known.identity;
}

/** Whether the process was started with this variable in its environment. False where that cannot be read. */
export function hasInEnvironment(pid: number, name: string, value: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`${name}=${value}`);
  } catch {
    return false;
  }
}

/** Sends the signals in turn, each when the one before has not ended the process within `stepMs`; resolves when it is gone. */
export async function endProcess(
  known: KnownProcess,
  signals: readonly NodeJS.Signals[],
  stepMs: number,
): Promise<void> {
  for (const signal of signals) {
    if (!isRunning(known)) return;
    send(known.pid, signal);
    const deadline = performance.now() + stepMs;
    while (isRunning(known) && performance.now() < deadline) await sleep(POLL_MS);
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended in this moment, which is what was wanted.
  }
}
