import {
  type Enqueued,
  type Lane,
  type ProducerPush,
  type PushStream,
  type Queue,
  QueueError,
  type SentEntries,
} from '@auditlane/queue';
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

/** Lines of one push. */
export interface PushedLines {
  readonly lines: readonly string[];
  /** UTF-8 bytes of the lines. */
  readonly bytes: number;
  /** They were refused before: finding the queue full once more is no further overflow. */
  readonly isRetry: boolean;
}

/** Pushes lines of one lane in one script call; total. */
export type PushLines = (pushed: PushedLines) => Promise<PushOutcome>;

/** Pushes entries of one lane in one script call; total. */
export type Push = (entries: readonly LaneEntry[]) => Promise<PushOutcome>;

/** Where to push. */
export interface PushTarget {
  readonly lane: Lane;
  readonly capacity: number;
  /** The stream whose numbers the pushes get; at most one may be in flight in each. */
  readonly stream: PushStream;
}

/** Numbers the pushes, and takes their answers before their entries have receipts. */
export interface PushKeeper {
  begin(stream: PushStream): ProducerPush;
  answered(
    push: ProducerPush,
    answer: Enqueued,
    pushed: { readonly lane: Lane; readonly entries: SentEntries; readonly bytes: number },
  ): void;
}

/** Binds a push to one lane of a queue. Drops of this client since the last push ride along into `audit:stats`. */
export function createPushLines(
  queue: Queue,
  target: PushTarget,
  { drops, keeper }: { readonly drops: DropLedger; readonly keeper: PushKeeper },
): PushLines {
  const { lane, capacity, stream } = target;
  return async ({ lines, bytes, isRetry }) => {
    const dropped = drops.take();
    try {
      const producer = keeper.begin(stream);
      const answer = await queue.enqueue(lines, {
        lane,
        capacity,
        producer,
        ...(isRetry ? { isRetry } : {}),
        ...(dropped === null ? {} : { dropped }),
      });
      keeper.answered(producer, answer, { lane, entries: answer.sent, bytes });
      answer.release();
      return { kind: 'answered', accepted: answer.accepted };
    } catch (error) {
      if (dropped !== null) {
        drops.giveBack(dropped);
      }
      const isUnknown = error instanceof QueueError && (error.code === 'away' || error.code === 'timeout');
      return { kind: isUnknown ? 'unknown' : 'refused', error };
    }
  };
}

/** The push of a lane's entries. */
export function createPush(pushLines: PushLines): Push {
  return (entries) => {
    let bytes = 0;
    let isRetry = false;
    for (const entry of entries) {
      bytes += entry.bytes;
      isRetry ||= entry.attempts > 1;
    }
    return pushLines({ lines: entries.map((entry) => entry.line), bytes, isRetry });
  };
}
