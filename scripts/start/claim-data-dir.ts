import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { tryLock } from '../bootstrap/lock.mjs';
import { toPm2Home } from './pm2-home.ts';
import { endProcess, hasInEnvironment, isRunning, noteProcess, type KnownProcess } from './process-table.ts';
import { readStackFile } from './stack-file.ts';
import { StartError } from './start-error.ts';

/** Above the drain deadline of every process of the fleet. */
const DRAIN_STEP_MS = 15_000;

/**
 * Makes this process the only start on the data folder and ends what a killed one left there. A start whose terminal
 * is gone counts as left, too. Returns the function that gives the folder free.
 */
export async function claimDataDir(dataDir: string, say: (line: string) => void): Promise<() => void> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const release = await lock(dataDir, say);
  try {
    await endLeftovers(dataDir, say);
    return release;
  } catch (error) {
    release();
    throw error;
  }
}

async function lock(dataDir: string, say: (line: string) => void): Promise<() => void> {
  for (;;) {
    const attempt = tryLock(join(dataDir, 'start.lock'));
    if (attempt.kind === 'held') return attempt.release;
    const stack = readStackFile(dataDir);
    if (stack?.owner.pid !== attempt.pid || stack.parents.every(isRunning)) {
      throw new StartError(
        `another npm start (process ${attempt.pid}) runs on ${dataDir}; stop it first, ` +
          'or start a second stack beside it with another AUDIT_DATA_DIR',
      );
    }
    say(`stopping an earlier npm start whose terminal is gone (process ${attempt.pid})`);
    await endProcess(stack.owner, ['SIGTERM', 'SIGKILL'], DRAIN_STEP_MS * 2);
  }
}

async function endLeftovers(dataDir: string, say: (line: string) => void): Promise<void> {
  const home = toPm2Home(dataDir);
  const recorded = (readStackFile(dataDir)?.processes ?? []).filter(isRunning);
  const left = [...recorded, ...findByPidFiles(home).filter((found) => recorded.every(({ pid }) => pid !== found.pid))];
  if (left.length === 0) return;
  say(`stopping what a killed npm start left running: ${left.map(({ name, pid }) => `${name} ${pid}`).join(', ')}`);
  // The daemon first: it would restart what is stopped under it, and stopping it drains its processes.
  const isDaemon = ({ name }: KnownProcess): boolean => name === 'pm2';
  for (const daemon of left.filter(isDaemon)) await endProcess(daemon, ['SIGTERM', 'SIGKILL'], DRAIN_STEP_MS);
  const rest = left.filter((known) => !isDaemon(known));
  await Promise.all(rest.map((known) => endProcess(known, ['SIGTERM', 'SIGKILL'], DRAIN_STEP_MS)));
}

/** Processes started after the last notes: PM2 writes their pids. Believed only if they were started with our PM2_HOME. */
function findByPidFiles(home: string): readonly KnownProcess[] {
  const files = [{ name: 'pm2', path: join(home, 'pm2.pid') }, ...listPidFiles(join(home, 'pids'))];
  return files.flatMap(({ name, path }) => {
    const pid = readPid(path);
    if (pid === null || !hasInEnvironment(pid, 'PM2_HOME', home)) return [];
    return noteProcess(name, pid) ?? [];
  });
}

/** The processes that PM2 says it runs now. */
export function findFleet(dataDir: string): readonly KnownProcess[] {
  return findByPidFiles(toPm2Home(dataDir));
}

function listPidFiles(folder: string): readonly { readonly name: string; readonly path: string }[] {
  try {
    return readdirSync(folder).map((file) => ({ name: file.replace(/-\d+\.pid$/, ''), path: join(folder, file) }));
  } catch {
    return [];
  }
}

function readPid(path: string): number | null {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return Number.isInteger(pid) && pid > 1 ? pid : null;
  } catch {
    return null;
  }
}
