import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

/**
 * A folder of its own, removed after the test, or after the file's last test when it is made outside of one. The hook
 * belongs to the call: a worker of unit tests loads this module once for many files.
 */
export function makeTempDir(): string {
  const path = mkdtempSync(join(tmpdir(), 'auditlane-client-'));
  const remove = () => rmSync(path, { recursive: true, force: true });
  try {
    onTestFinished(remove);
  } catch {
    afterAll(remove);
  }
  return path;
}
