import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

import { describe, test } from 'vitest';

const DEFAULT_DIR = resolve(import.meta.dirname, '../../../../shared/data');

/** The folder of evaluation data: `AUDITLANE_EVAL_DATA`, else `../shared/data` beside the repository; null when absent. */
export function evalDataDir(): string | null {
  const dir = resolve(process.env.AUDITLANE_EVAL_DATA || DEFAULT_DIR);
  return existsSync(dir) ? dir : null;
}

/** A `describe` that needs the evaluation data. Without it there is one skipped test, which says why. */
export function describeWithEvalData(title: string, define: (dir: string) => void): void {
  describe(title, () => {
    const dir = evalDataDir();
    if (dir !== null) {
      define(dir);
      return;
    }
    // oxlint-disable-next-line vitest/expect-expect -- this test only carries the reason
    test('runs on the evaluation data', (context) => {
      context.skip('no evaluation data: set AUDITLANE_EVAL_DATA to its folder');
    });
  });
}
