import type { Retention } from './retention.ts';

/** The part of the spool that a retention needs. */
export interface KeptOnDisk {
  /** Events on disk that Postgres was not seen to have; at least 1 when their number is not known. */
  readonly keptEvents: number;
  /** Offers all of them to the queue again. */
  offerAgain(): void;
}

/**
 * The retention of the guarantee `strict`: the last pushes in memory, and all that Postgres does not have on disk.
 *
 * When Redis has lost something, memory answers at once for the youngest, and the disk follows with
 * everything else; what comes twice has the same id.
 */
export function createStrictRetention(young: Retention, disk: () => KeptOnDisk): Retention {
  return {
    get bytes() {
      return young.bytes;
    },
    // As long as the disk keeps something, Redis is asked whether it still has it: memory forgets much earlier.
    get events() {
      return Math.max(young.events, disk().keptEvents);
    },
    keep: (push) => young.keep(push),
    reserve: (bytes) => young.reserve(bytes),
    verified: (now) => young.verified(now),
    takeAfter(stream, number) {
      disk().offerAgain();
      return young.takeAfter(stream, number);
    },
  };
}
