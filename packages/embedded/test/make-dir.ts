import { makeRunDir } from '@auditlane/testkit';
import { onTestFinished } from 'vitest';

/** A folder for one test, mode 0700, removed after it. */
export function makeDir(): string {
  const dir = makeRunDir();
  onTestFinished(dir.remove);
  return dir.path;
}
