/** Why a lane could not place an entry: the queue was full, or Redis is away or refuses to write. */
export type RefusalCause = 'queue_full' | 'redis_away';

/** An entry on its way into a lane. */
export interface LaneEntry {
  readonly line: string;
  /** UTF-8 bytes of `line`. */
  readonly bytes: number;
  /** When the lane must have answered; milliseconds of the client's clock. Infinity: never by itself. */
  readonly deadlineAt: number;
  /** Pushes that were sent for it so far. A later one is a retry: it is not counted as an overflow once more. */
  attempts: number;
  /** Redis has it. */
  accepted(): void;
  /** Redis does not have it, or did not say so. `keep` leaves it in the lane to be tried again; `gone` means it is elsewhere. */
  refused(cause: RefusalCause): 'keep' | 'gone';
  /** The deadline has passed while it waited in the lane; it is no longer there. */
  expired(cause: RefusalCause): void;
}
