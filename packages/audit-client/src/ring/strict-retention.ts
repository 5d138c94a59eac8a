import type { Retention } from './retention.ts';

/**
 * The retention of the guarantee `strict`: the last pushes in memory, and all that Postgres does not have on disk.
 *
 * When Redis has lost something, memory answers at once for the youngest, and `offerAgain` lets the disk follow with
 * everything else; what comes twice has the same id.
 */
export function createStrictRetention(young: Retention, offerAgain: () => void): Retention {
  return {
    get bytes() {
      return young.bytes;
    },
    get events() {
      return young.events;
    },
    keep: (push) => young.keep(push),
    reserve: (bytes) => young.reserve(bytes),
    verified: (now) => young.verified(now),
    takeAfter(stream, number) {
      offerAgain();
      return young.takeAfter(stream, number);
    },
  };
}
