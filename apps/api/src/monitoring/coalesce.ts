/**
 * Joins calls of one costly read: at most one runs, and at most one waits for it to end. A caller never gets an answer
 * that was begun before its call, so that what it has just done is in the numbers; and a thousand callers cost two reads.
 */
export function coalesce<T>(read: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null;
  let waiting: Promise<T> | null = null;

  function start(): Promise<T> {
    const started = read().finally(() => {
      running = running === started ? null : running;
    });
    running = started;
    return started;
  }

  return () => {
    if (running === null) {
      return start();
    }
    waiting ??= running
      .catch(() => undefined)
      .then(() => {
        waiting = null;
        return start();
      });
    return waiting;
  };
}
