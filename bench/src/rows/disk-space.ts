import { statfs } from 'node:fs/promises';
import { toCount } from '../report/to-count.ts';

/** A row takes 513 bytes in the table and 199 in its indexes (98 by type, 62 by user, 39 by id); the rest is room to spare. */
const BYTES_PER_ROW = 750;
/** `max_wal_size` is 4 GB, and a checkpoint that is late keeps more. */
const WAL_BYTES = 6e9;

/** Throws, naming both figures, when there is no room for so many rows below `directory`. */
export async function assertDiskSpace(directory: string, rows: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  const needed = rows * BYTES_PER_ROW + WAL_BYTES;
  if (free >= needed) return;
  const toGb = (bytes: number): string => `${Math.ceil(bytes / 1e9)} GB`;
  throw new Error(
    `${toCount(rows)} rows need about ${toGb(needed)} below ${directory}, ${toGb(free)} are free: ` +
      'set TMPDIR to a larger disk, or give a smaller --scale',
  );
}
