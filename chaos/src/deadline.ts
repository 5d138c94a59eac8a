import { setTimeout as sleep } from 'node:timers/promises';

/** Rejects when the work has not ended in time: a fault that makes something hang is a finding, not a hanging run. */
export async function withDeadline<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  const stop = new AbortController();
  const late = sleep(ms, undefined, { signal: stop.signal, ref: false }).then(() => {
    throw new Error(`${what} did not end within ${Math.round(ms / 1000)} s`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => undefined);
    stop.abort();
  }
}
