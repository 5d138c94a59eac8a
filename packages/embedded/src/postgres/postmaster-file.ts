import { readFile } from 'node:fs/promises';
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
