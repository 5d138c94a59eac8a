import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';

import { errnoOf } from './errno.ts';

/** Reads the secret kept in `path`, or makes one (192 random bits, hex) and keeps it there with mode 0600. */
export async function readOrCreateSecret(path: string): Promise<string> {
  try {
    const kept = (await readFile(path, 'utf8')).trim();
    if (kept !== '') return kept;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  const secret = randomBytes(24).toString('hex');
  // By rename: a crash here leaves no half-written secret that a server was already initialised with.
  await writeFile(`${path}.new`, `${secret}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return secret;
}
