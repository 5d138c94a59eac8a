import { open, stat } from 'node:fs/promises';

/** What a writer does with the file of a segment. The border at which a test makes a disk fail. */
export interface SegmentFile {
  append(bytes: Buffer): Promise<void>;
  /** Resolves when all that was appended is on the disk. After a rejection the file must not be synced again. */
  sync(): Promise<void>;
  /** Whether its name still leads to this file. */
  isReachable(): Promise<boolean>;
  close(): Promise<void>;
}

/** Opens a segment that must not be there yet. */
export type OpenSegmentFile = (path: string) => Promise<SegmentFile>;

/** Opens a new segment on a real disk, readable by this user alone. */
export async function openSegmentFile(path: string): Promise<SegmentFile> {
  const handle = await open(path, 'ax', 0o600);
  const { ino, dev } = await handle.stat();
  return {
    append: (bytes) => handle.appendFile(bytes),
    sync: () => handle.datasync(),
    isReachable: () => isSameFile(path, { ino, dev }),
    close: () => handle.close(),
  };
}

async function isSameFile(path: string, file: { readonly ino: number; readonly dev: number }): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && found.ino === file.ino && found.dev === file.dev;
}
