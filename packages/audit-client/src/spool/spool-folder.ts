import { open } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';

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

/** Makes names in `folder` durable: without this, a power cut may leave a synced file that no folder names. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
