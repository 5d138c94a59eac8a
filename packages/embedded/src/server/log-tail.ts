import { open, rename, stat } from 'node:fs/promises';

import { errnoOf } from '../errno.ts';

const ROTATE_ABOVE_BYTES = 16 * 1024 * 1024;
const TAIL_BYTES = 4096;

/** Moves a log above 16 MiB to `<path>.1`, so that a server that is started for years fills at most twice that. */
export async function rotateLog(path: string): Promise<void> {
  try {
    if ((await stat(path)).size > ROTATE_ABOVE_BYTES) await rename(path, `${path}.1`);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

/** The last `lines` lines written to the log after byte `from`; an empty text when there is none. */
export async function readLogTail(path: string, from = 0, lines = 8): Promise<string> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    const start = Math.max(from, size - TAIL_BYTES);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.max(0, size - start)), 0, undefined, start);
    return buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n').slice(-lines).join('\n');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return '';
    throw error;
  }
}
