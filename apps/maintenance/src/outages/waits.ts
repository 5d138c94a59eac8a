/** Settles like `work`, or resolves with null as soon as the signal aborts; `work` goes on unheard. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  const aborted = Promise.withResolvers<null>();
  const abort = (): void => aborted.resolve(null);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** True when `work` settled within `ms`. Never rejects: for closing what must not hold up the end of the process. */
export async function settlesWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  const waited = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => waited.resolve(false), ms);
  const settled = work.then(
    () => true,
    () => true,
  );
  const outcome = await Promise.race([settled, waited.promise]);
  clearTimeout(timer);
  return outcome;
}

/** Tells how many of `ms` milliseconds are left since the signal aborted; all of them before. */
export function createDeadline(ms: number, signal: AbortSignal): () => number {
  let abortedAt: number | null = null;
  signal.addEventListener('abort', () => {
    abortedAt = performance.now();
  });
  return () => (abortedAt === null ? ms : Math.max(0, ms - (performance.now() - abortedAt)));
}
