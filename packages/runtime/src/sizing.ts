/**
 * How much of everything a load needs: one table for the recommendations of the metrics answer and for
 * docs/operations.md, which says where each figure comes from.
 */

/** What a range of load needs. */
export interface Sizing {
  /** The row holds above so many requests a minute, an event each, up to and with the next row's. */
  readonly abovePerMinute: number;
  /** Worker processes. One drains more than a million events a minute on two cores; the second is there while the first restarts. */
  readonly workers: number;
  /** AUDIT_BATCH_LARGE. Workers take what is there, so a larger one costs nothing when the load is small. */
  readonly batchSize: number;
  /** AUDIT_MAX_QUEUE_LENGTH: a minute's events at the upper end, so that Postgres may be away for a minute before clients spool. */
  readonly queueLength: number;
}

/** Rising ranges of load; the first begins at 0. */
export const SIZING = [
  { abovePerMinute: 0, workers: 1, batchSize: 1000, queueLength: 10_000 },
  { abovePerMinute: 1_000, workers: 2, batchSize: 1000, queueLength: 10_000 },
  { abovePerMinute: 10_000, workers: 2, batchSize: 1000, queueLength: 50_000 },
  { abovePerMinute: 50_000, workers: 2, batchSize: 1000, queueLength: 200_000 },
] as const satisfies readonly Sizing[];

/** The row of a load; a load at the end of a row still belongs to it. */
export function toSizing(eventsPerMinute: number): Sizing {
  return SIZING.findLast(({ abovePerMinute }) => eventsPerMinute > abovePerMinute) ?? SIZING[0];
}
