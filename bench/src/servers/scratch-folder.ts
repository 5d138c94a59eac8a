import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onExit } from '@auditlane/embedded';

/** A folder for as long as its block, deleted with all that is in it. */
export interface ScratchFolder extends AsyncDisposable {
  readonly path: string;
}

/** Makes a folder of its own whose name begins with `prefix`. */
export async function openScratchFolder(prefix: string): Promise<ScratchFolder> {
  const path = await mkdtemp(join(tmpdir(), prefix));
  // Besides the block: a signal ends the process without leaving its blocks.
  const release = onExit(() => rmSync(path, { recursive: true, force: true }));
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await rm(path, { recursive: true, force: true });
      release();
    },
  };
}
