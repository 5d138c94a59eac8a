import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { listSegmentNames } from './segment-name.ts';

/** Bytes of the segments in a folder; none for a folder that is gone. */
export async function measureFolder(folder: string): Promise<number> {
  try {
    const found = listSegmentNames(await readdir(folder)).map((name) => stat(join(folder, name)));
    return (await Promise.all(found)).reduce((sum, { size }) => sum + size, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return 0;
    }
    throw error;
  }
}
