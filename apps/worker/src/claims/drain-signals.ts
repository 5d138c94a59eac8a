/**
 * The three moments of a drain, each a signal:
 *
 * - `stop`, at once: nothing more is claimed or adopted; a batch that waits for Postgres is released.
 * - `leaveRedis`, after 1.5 s: a finish or release that Redis has not answered is given up. The lease ends by itself,
 *   and another worker adopts the batch.
 * - `leavePostgres`, after 8 s: a statement still in flight is no longer waited for and its batch is released. It may
 *   commit all the same; the next holder's rows are then absorbed as duplicates.
 *
 * Together they stay below PM2's kill timeout of 15 s; a drain with both servers well ends with the batch in hand.
 */
export interface DrainSignals {
  readonly stop: AbortSignal;
  readonly leaveRedis: AbortSignal;
  readonly leavePostgres: AbortSignal;
  begin(): void;
  /** Stops the clock once the last slot is empty. */
  end(): void;
}

const LEAVE_REDIS_MS = 1500;
const LEAVE_POSTGRES_MS = 8000;

export function createDrainSignals(): DrainSignals {
  const stop = new AbortController();
  const leaveRedis = new AbortController();
  const leavePostgres = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  return {
    stop: stop.signal,
    leaveRedis: leaveRedis.signal,
    leavePostgres: leavePostgres.signal,
    begin() {
      if (stop.signal.aborted) return;
      stop.abort();
      timers.push(
        setTimeout(() => leaveRedis.abort(), LEAVE_REDIS_MS),
        setTimeout(() => leavePostgres.abort(), LEAVE_POSTGRES_MS),
      );
    },
    end() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
