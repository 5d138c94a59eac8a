import { setTimeout as delay } from 'node:timers/promises';

/** Waits `ms`, or until the signal aborts, whichever is first. Never rejects; the caller looks at the signal. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

/** The sleep of a running process; its timer keeps the process alive while no connection is open. */
export const sleep: Sleep = async (ms, signal) => {
  if (signal.aborted) return;
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
};
