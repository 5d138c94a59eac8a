import type { Sleep } from '@auditlane/runtime';

/**
 * Where slots wait. An idle one found nothing: new entries wake it. One that stands back leaves a short queue to its
 * sibling, which claims soon: it is woken when as much again as was claimed is left. While a slot is awake, new entries
 * wake no other and are remembered, so that what arrives between an empty claim and the wait is not slept over. Without
 * any notification (the subscription is away, the message was lost) the wait ends after its time.
 */
export interface WakeUp {
  /** There are new entries, or expired batches. */
  notify(): void;
  /** There is more than the slot that tells it can take. */
  callSibling(): void;
  /** Resolves on a notification, after `pollMs`, or when the signal aborts. */
  wait(pollMs: number, signal: AbortSignal): Promise<void>;
  /**
   * Resolves when a sibling calls, when those that are awake have come to the end of nothing for `mostMs` (they are held up
   * by something slow), or when the signal aborts; at once when no other slot is awake.
   */
  standBack(mostMs: number, signal: AbortSignal): Promise<void>;
}

export interface WakeUpOptions {
  readonly sleep: Sleep;
  readonly slots: number;
  /** Whether one slot is enough for a short queue. Otherwise new entries wake another while one is at work. */
  readonly isOneEnough: boolean;
}

export function createWakeUp({ sleep, slots, isOneEnough }: WakeUpOptions): WakeUp {
  const waiting: AbortController[] = [];
  let isPending = false;
  let turns = 0;

  /** Whether it ended before its time. */
  async function sleepUntilWoken(ms: number, signal: AbortSignal): Promise<boolean> {
    const woken = new AbortController();
    waiting.push(woken);
    const ended = AbortSignal.any([woken.signal, signal]);
    await sleep(ms, ended);
    const index = waiting.indexOf(woken);
    if (index >= 0) waiting.splice(index, 1);
    return ended.aborted;
  }

  return {
    notify() {
      const next = isOneEnough && waiting.length < slots ? undefined : waiting.shift();
      if (next === undefined) isPending = true;
      else next.abort();
    },
    callSibling: () => waiting.shift()?.abort(),
    async wait(pollMs, signal) {
      turns += 1;
      if (isPending) isPending = false;
      else await sleepUntilWoken(pollMs, signal);
    },
    async standBack(mostMs, signal) {
      turns += 1;
      for (let before = -1; waiting.length < slots - 1 && before !== turns;) {
        before = turns;
        if (await sleepUntilWoken(mostMs, signal)) return;
      }
    },
  };
}
