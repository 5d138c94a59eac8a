import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

/** A folder for one test, mode 0700, removed after it. */
export function makeDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'auditlane-embedded-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
