import { open, rename, stat } from 'node:fs/promises';

import { errnoOf } from '../errno.ts';

const ROTATE_ABOVE_BYTES = 16 * 1024 * 1024;
const TAIL_BYTES = 4096;

/** Bytes of a file; 0 when it is absent. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 0;
    throw error;
  }
}

/** Moves a log above 16 MiB to `<path>.1`, so that a server that is started for years fills at most twice that. */
export async function rotateLog(path: string): Promise<void> {
  if ((await sizeOf(path)) > ROTATE_ABOVE_BYTES) await rename(path, `${path}.1`);
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
