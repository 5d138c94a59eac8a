import { readdir, readFile, readlink } from 'node:fs/promises';

/**
 * The pid of a live process named one of `names` whose working directory is `dir`, or `undefined`. Both servers change
 * into their data folder, so this finds the true owner where a recorded pid may be stale or already someone else's.
 */
export async function findLiveOwner(dir: string, names: readonly string[]): Promise<number | undefined> {
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    try {
      if ((await readlink(`/proc/${pid}/cwd`)) !== dir) continue;
      const name = (await readFile(`/proc/${pid}/comm`, 'utf8')).trim();
      const state = await readFile(`/proc/${pid}/stat`, 'latin1');
      const isZombie = state.slice(state.lastIndexOf(')') + 2).startsWith('Z');
      if (!isZombie && names.some((known) => name.startsWith(known))) return pid;
    } catch {
      // The process ended while we looked, or belongs to another user, who cannot own our folder.
    }
  }
  return undefined;
}
