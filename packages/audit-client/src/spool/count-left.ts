import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { measureFolder } from './measure-folder.ts';
import { listSegmentNames } from './segment-name.ts';
import { readSegment } from './segment-reader.ts';

/** Reading more would delay the end of the process: a fraction of a second at most. */
const MAX_READ_BYTES = 32 * 1024 * 1024;

/** What is in folders of a spool. */
export interface SpoolLeft {
  readonly bytes: number;
  /** Whole events, those of a segment that was replayed in part included; null for more than 32 MiB. */
  readonly events: number | null;
}

/** Whole events and damaged places in segments. Rejects when one cannot be read. */
export async function countFrames(
  segments: readonly string[],
): Promise<{ readonly entries: number; readonly corrupt: number }> {
  let entries = 0;
  let corrupt = 0;
  for (const segment of segments) {
    for await (const frames of readSegment(segment)) {
      const whole = frames.filter((frame) => frame.kind === 'entry').length;
      entries += whole;
      corrupt += frames.length - whole;
    }
  }
  return { entries, corrupt };
}

/** Counts what waits in folders; one that is gone holds nothing. Rejects when the disk cannot be read. */
export async function countLeft(folders: readonly string[]): Promise<SpoolLeft> {
  const sizes = await Promise.all(folders.map((folder) => measureFolder(folder)));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes > MAX_READ_BYTES) {
    return { bytes, events: null };
  }
  const filled = folders.filter((_, index) => sizes[index] !== 0);
  const segments = await Promise.all(
    filled.map(async (folder) => listSegmentNames(await readdir(folder)).map((name) => join(folder, name))),
  );
  return { bytes, events: (await countFrames(segments.flat())).entries };
}
