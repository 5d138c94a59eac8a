import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { errnoOf } from '../errno.ts';

const STATUS_LINE = 7;

/** Whether the server `pid` has written "ready" into the `postmaster.pid` of its data folder. */
export async function isPostmasterReady(clusterDir: string, pid: number): Promise<boolean> {
  try {
    const lines = (await readFile(join(clusterDir, 'postmaster.pid'), 'utf8')).split('\n');
    return Number(lines[0]) === pid && lines[STATUS_LINE]?.trim() === 'ready';
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}

/**
 * Removes a `postmaster.pid` whose pid now belongs to a stranger, which Postgres would take for a live server (after a
 * reboot that is likely). Only to be called when no server lives in the folder. A file with a dead pid stays: from it
 * Postgres finds shared memory that survivors of a killed server may still use.
 */
export async function removeStalePostmasterFile(clusterDir: string): Promise<void> {
  const path = join(clusterDir, 'postmaster.pid');
  try {
    const pid = Number((await readFile(path, 'utf8')).split('\n')[0]);
    if (!Number.isInteger(pid) || pid <= 0 || isAlive(pid)) await rm(path, { force: true });
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}
