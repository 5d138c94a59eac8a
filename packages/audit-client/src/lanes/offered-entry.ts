import type { Lane } from '@auditlane/queue';
import type { SpooledEntry } from '../spool/frame.ts';
import type { LaneEntry } from './lane-entry.ts';

/** Puts spooled entries into the lanes and answers how many of the first ones Redis took. They are not kept there. */
export function offerSpooled(
  entries: readonly SpooledEntry[],
  addToLane: (lane: Lane, entry: LaneEntry) => void,
): Promise<number> {
  return new Promise((resolve) => {
    const isTaken = entries.map(() => false);
    let open = entries.length;
    const close = (): void => {
      open -= 1;
      if (open === 0) {
        const firstRefused = isTaken.indexOf(false);
        resolve(firstRefused === -1 ? entries.length : firstRefused);
      }
    };
    for (const [index, entry] of entries.entries()) {
      addToLane(entry.lane, {
        line: entry.line,
        bytes: Buffer.byteLength(entry.line),
        deadlineAt: Number.POSITIVE_INFINITY,
        // It was offered before it was spooled: finding the queue full once more is no further overflow.
        attempts: 1,
        accepted() {
          isTaken[index] = true;
          close();
        },
        refused() {
          close();
          return 'gone';
        },
        expired: close,
      });
    }
  });
}
