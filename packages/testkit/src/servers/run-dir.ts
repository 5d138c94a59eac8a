import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { onExit } from '@auditlane/embedded';

const PREFIX = 'auditlane-test-';
const NAME = /^auditlane-test-(\d+)-/;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Names the folder of the whole run to the workers, which put theirs into it: vitest ends them with SIGKILL at times. */
export const RUN_DIR_VARIABLE = 'AUDITLANE_TEST_RUN_DIR';

/**
 * A temporary folder named after this process, removed at its exit after the servers in it have ended. Below the folder
 * of the test run, if there is one, which goes with the run in any case.
 */
export function makeRunDir(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(process.env[RUN_DIR_VARIABLE] ?? tmpdir(), `${PREFIX}${process.pid}-`));
  const removeNow = (): void => {
    rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  };
  const forget = onExit(removeNow);
  return {
    path,
    remove: () => {
      forget();
      removeNow();
    },
  };
}

/** Removes the folders of runs that were killed before they could clean up. Those of live runs beside us are kept. */
export async function sweepDeadRuns(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(NAME.exec(name)?.[1]);
    if (Number.isInteger(pid) && !isAlive(pid)) {
      // A folder of another user is theirs to sweep.
      await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
    }
  }
}
