import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { countFrames } from '../spool/count-left.ts';
import { describeOwner, isAbandoned, readOwner } from '../spool/owner.ts';
import { listSegmentNames } from '../spool/segment-name.ts';

/** One folder of a spool: the events that one process, living or dead, has there. */
export interface SpoolFolder {
  readonly name: string;
  readonly path: string;
  /** Null when its owner file is missing or damaged. */
  readonly owner: { readonly pid: number; readonly host: string; readonly target: string } | null;
  /** `strict`: kept until Postgres has the events. */
  readonly guarantee: 'durable' | 'strict' | null;
  readonly state: 'live' | 'abandoned';
  readonly segments: number;
  readonly bytes: number;
  readonly entries: number;
  /** Damaged places. */
  readonly corrupt: number;
  /** When its oldest segment was last written to. */
  readonly oldestAt: Date | null;
}

/** Tells what is in a spool; reads only. A folder that goes away meanwhile is left out. An absent spool is empty. */
export async function listSpools(spoolDir: string): Promise<readonly SpoolFolder[]> {
  const found = await readdir(spoolDir, { withFileTypes: true }).catch(() => []);
  const names = found.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const folders: SpoolFolder[] = [];
  for (const name of names.toSorted()) {
    const folder = await describeFolder(spoolDir, name).catch(() => null);
    if (folder !== null) {
      folders.push(folder);
    }
  }
  return folders;
}

async function describeFolder(spoolDir: string, name: string): Promise<SpoolFolder> {
  const path = join(spoolDir, name);
  const owner = await readOwner(path);
  const segments = listSegmentNames(await readdir(path)).map((segment) => join(path, segment));
  const sizes = await Promise.all(segments.map((segment) => stat(segment)));
  const isGone = await isAbandoned(path, owner, { by: await describeOwner(''), now: Date.now() });
  return {
    name,
    path,
    owner: owner === null ? null : { pid: owner.pid, host: owner.host, target: owner.target },
    guarantee: owner?.guarantee ?? null,
    state: isGone ? 'abandoned' : 'live',
    segments: segments.length,
    bytes: sizes.reduce((sum, { size }) => sum + size, 0),
    ...(await countFrames(segments)),
    oldestAt: sizes[0]?.mtime ?? null,
  };
}
