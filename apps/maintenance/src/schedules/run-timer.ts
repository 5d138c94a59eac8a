import { backoffMs } from '@auditlane/runtime';
import type { Sleep } from '@auditlane/runtime';
import { MINUTE_MS } from '../tasks/task.ts';

export interface TimerParts {
  readonly everyMs: number;
  /** One round. Resolves with false when it is to be tried again sooner; never rejects. */
  readonly round: () => Promise<boolean>;
  readonly sleep: Sleep;
  readonly random: () => number;
}

const FIRST_RETRY_MS = 2000;
const LONGEST_RETRY_MS = 5 * MINUTE_MS;

/** A plain timer, which needs neither Redis nor another process. Resolves when the signal aborts. */
export async function runTimer({ everyMs, round, sleep, random }: TimerParts, signal: AbortSignal): Promise<void> {
  const retry = { firstMs: FIRST_RETRY_MS, longestMs: Math.min(everyMs, LONGEST_RETRY_MS) };
  let failures = 0;
  while (!signal.aborted) {
    await sleep(failures === 0 ? everyMs : backoffMs(failures, retry, random), signal);
    if (signal.aborted) return;
    failures = (await round()) ? 0 : failures + 1;
  }
}
