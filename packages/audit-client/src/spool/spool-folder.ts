import { lstat, mkdir, open } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';

/**
 * The default folder: `$XDG_STATE_HOME/auditlane-spool`, else `~/.local/state/auditlane-spool`; for a user without a home,
 * `auditlane-spool-<uid>` in the temporary folder.
 */
export function toDefaultSpoolDir(stateHome: string | undefined): string {
  if (stateHome !== undefined && isAbsolute(stateHome)) {
    return join(stateHome, 'auditlane-spool');
  }
  const home = findHome();
  return home === null
    ? join(tmpdir(), `auditlane-spool-${process.getuid?.() ?? 'user'}`)
    : join(home, '.local', 'state', 'auditlane-spool');
}

/** In a container the user may have no entry in the password file; `homedir` then throws. */
function findHome(): string | null {
  try {
    const home = homedir();
    return isAbsolute(home) && home !== '/' && home !== '/nonexistent' ? home : null;
  } catch {
    return null;
  }
}

/**
 * Makes `folder`, readable by this user alone, with every folder above it that is missing; their names are durable when
 * this resolves. Throws when it cannot, or when the path is a link or another user's.
 */
export async function openSpoolDir(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (made !== undefined) {
    for (let child = resolve(folder), top = dirname(resolve(made)); child !== top; child = dirname(child)) {
      await syncFolder(dirname(child));
    }
  }
  const found = await lstat(folder);
  const uid = process.getuid?.();
  if (!found.isDirectory() || (uid !== undefined && uid !== 0 && found.uid !== uid)) {
    throw Object.assign(new Error('the spool folder is a link, or belongs to another user'), { code: 'EPERM' });
  }
}

/** Makes names in `folder` durable: without this, a power cut may leave a synced file that no folder names. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
