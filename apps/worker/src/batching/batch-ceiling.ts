/**
 * How many rows one statement may carry while Postgres is slow: a number that a timed-out statement halves, a slow one
 * lowers, and fast ones raise again. It bounds both the next claim and the pieces of the batch in hand, so that a batch
 * which cannot be stored within the statement timeout is still stored, in smaller pieces.
 */

/** A statement that took longer than this lowers the ceiling. A fifth of the statement timeout (10 s). */
const SLOW_MS = 2000;
/** A statement faster than this raises the ceiling. */
const FAST_MS = 500;

/** The ceiling after a statement was cancelled for taking too long: half of what was tried, at least one row. */
export function ceilingAfterTimeout(rowsTried: number): number {
  return Math.max(1, Math.floor(rowsTried / 2));
}

/** The ceiling after a statement of `rows` rows was stored in `elapsedMs`; never above `max`. */
export function ceilingAfterStored(ceiling: number, stored: { rows: number; elapsedMs: number; max: number }): number {
  if (stored.elapsedMs > SLOW_MS) return Math.min(ceiling, ceilingAfterTimeout(stored.rows));
  if (stored.elapsedMs < FAST_MS) return Math.min(stored.max, ceiling * 2);
  return ceiling;
}
