import { EXIT } from '@auditlane/runtime';
import type { KnownProcess } from './process-table.ts';

/** A Ctrl-C may arrive twice, from the terminal and from npm: within this time it is one. */
const SAME_SIGNAL_MS = 500;

/** The wish to end. */
export interface End {
  readonly signal: AbortSignal;
  begin(reason: string): void;
}

/**
 * SIGINT, SIGTERM and SIGHUP ask for an orderly end. A second one kills the fleet at once and exits 1; the embedded
 * servers end with this process.
 */
export function listenForEnd(say: (line: string) => void, fleet: () => readonly KnownProcess[]): End {
  const controller = new AbortController();
  let begunAt = 0;
  const begin = (reason: string): void => {
    if (controller.signal.aborted) return;
    begunAt = Date.now();
    if (process.stdout.isTTY) process.stdout.write('\n');
    say(reason);
    controller.abort();
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (!controller.signal.aborted) begin(`stopping (${signal})`);
    else if (Date.now() - begunAt > SAME_SIGNAL_MS) killAll(fleet());
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  return { signal: controller.signal, begin };
}

function killAll(fleet: readonly KnownProcess[]): never {
  for (const { pid } of fleet) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended in this moment.
    }
  }
  process.exit(EXIT.failed);
}
