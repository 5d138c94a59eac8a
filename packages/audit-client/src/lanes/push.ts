import { type Lane, type Queue, QueueError } from '@auditlane/queue';
import type { DropLedger } from '../drop-ledger.ts';
import type { LaneEntry } from './lane-entry.ts';

/**
 * How a push ended.
 *
 * - `answered`: Redis took the first `accepted` entries and had no room for the others.
 * - `refused`: Redis answered with an error and did nothing (out of memory, read-only, no rights, …).
 * - `unknown`: no answer. The entries may be in the queue; the same ids may be sent again, since the store keeps one row.
 */
export type PushOutcome =
  | { readonly kind: 'answered'; readonly accepted: number }
  | { readonly kind: 'refused'; readonly error: unknown }
  | { readonly kind: 'unknown'; readonly error: unknown };

/** Pushes entries of one lane in one script call; total. */
export type Push = (entries: readonly LaneEntry[]) => Promise<PushOutcome>;

/** What a push takes along, and what it brings back. */
export interface PushSurroundings {
  readonly drops: DropLedger;
  /** Told the mark of the data set with each answer, before the entries of that push have receipts. */
  readonly onIncarnation: (incarnation: string) => void;
}

/** Binds a push to one lane of a queue. Drops of this client since the last push ride along into `audit:stats`. */
export function createPush(
  queue: Queue,
  target: { readonly lane: Lane; readonly capacity: number },
  { drops, onIncarnation }: PushSurroundings,
): Push {
  return async (entries) => {
    const dropped = drops.take();
    try {
      const isRetry = entries.some((entry) => entry.attempts > 1);
      const reply = await queue.enqueue(
        entries.map((entry) => entry.line),
        { ...target, ...(isRetry ? { isRetry } : {}), ...(dropped === null ? {} : { dropped }) },
      );
      onIncarnation(reply.incarnation);
      return { kind: 'answered', accepted: reply.accepted };
    } catch (error) {
      if (dropped !== null) {
        drops.giveBack(dropped);
      }
      const isUnknown = error instanceof QueueError && (error.code === 'away' || error.code === 'timeout');
      return { kind: isUnknown ? 'unknown' : 'refused', error };
    }
  };
}
