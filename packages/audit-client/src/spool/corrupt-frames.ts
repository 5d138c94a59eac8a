import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Frame } from './frame.ts';
import { syncFolder } from './spool-folder.ts';

/** Damaged frames are kept here; the dot keeps the name apart from those of folders. */
const CORRUPT_FILE = 'corrupt.frames';

/** Bytes of a segment that are no entry. */
export type CorruptFrame = Extract<Frame, { readonly kind: 'corrupt' }>;

/** Keeps damaged bytes, one run a line, in `corrupt.frames` of the spool folder; they are on the disk when it resolves. */
export async function putAside(spoolDir: string, raw: Buffer): Promise<void> {
  const handle = await open(join(spoolDir, CORRUPT_FILE), 'a', 0o600);
  try {
    await handle.appendFile(Buffer.concat([raw, Buffer.from('\n')]));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncFolder(spoolDir);
}
