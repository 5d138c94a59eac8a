import type { Sleep } from '@auditlane/runtime';

/**
 * Where idle slots wait. A notification wakes one of them and is kept when none is waiting, so that entries which
 * arrive between an empty claim and the wait are not slept over. A slot whose claim left entries behind notifies its
 * sibling. Without any notification (the subscription is away, the message was lost) the wait ends after the poll.
 */
export interface WakeUp {
  notify(): void;
  /** Resolves on a notification, after `pollMs`, or when the signal aborts. */
  wait(pollMs: number, signal: AbortSignal): Promise<void>;
}

export function createWakeUp(sleep: Sleep): WakeUp {
  const waiting: AbortController[] = [];
  let isPending = false;

  return {
    notify() {
      const next = waiting.shift();
      if (next === undefined) isPending = true;
      else next.abort();
    },
    async wait(pollMs, signal) {
      if (isPending) {
        isPending = false;
        return;
      }
      const woken = new AbortController();
      waiting.push(woken);
      await sleep(pollMs, AbortSignal.any([woken.signal, signal]));
      const index = waiting.indexOf(woken);
      if (index >= 0) waiting.splice(index, 1);
    },
  };
}
