import { QueueError } from '@auditlane/queue';
import type { RateLimitedLog } from '@auditlane/runtime';
import { StoreError, toNumberText } from '@auditlane/store';
import type { MissingNumbers } from '@auditlane/store';
import { findLosses } from '../losses/find-losses.ts';
import type { LossParts } from '../losses/find-losses.ts';
import { observeQueue } from '../losses/observe-queue.ts';
import type { QueueObserver } from '../losses/observe-queue.ts';
import type { RunDetails, Task } from './task.ts';

export interface LossTaskParts extends LossParts {
  readonly queue: LossParts['queue'] & QueueObserver['queue'];
  readonly log: RateLimitedLog;
}

const EVERY_MS = 5000;
/** After a search that took long, others get ten times as long: at most a tenth of the time is spent on searching. */
const REST_FACTOR = 10;
/** What ends by itself; anything else fails the run, so that a person looks. */
const AWAY: ReadonlySet<QueueError['code']> = new Set(['away', 'timeout', 'loading', 'busy', 'read_only']);
const SHOWN_PRODUCERS = 5;
const SHOWN_RANGES = 20;

/**
 * The loss ledger: follows the ledger, searches for what is missing, and stores an event of every loss. Runs from a plain
 * timer, in each maintenance process, every 5 s; several at once share the work.
 */
export function createLossTask(parts: LossTaskParts): Task {
  let restUntilMs = 0;
  return {
    name: 'losses',
    everyMs: EVERY_MS,
    run: async () => {
      const startedMs = parts.now();
      if (startedMs < restUntilMs) return { resting: true };
      try {
        const details = await runRound(parts);
        restUntilMs = parts.now() + (parts.now() - startedMs) * REST_FACTOR - EVERY_MS;
        return details;
      } catch (error) {
        // An outage is told by those whose service it is; nothing can be judged, and nothing is called lost meanwhile.
        if (!isAway(error)) throw error;
        parts.log.warn('losses_away', { err: error }, 'losses cannot be looked for');
        return { away: true };
      }
    },
  };
}

async function runRound(parts: LossTaskParts): Promise<RunDetails> {
  const { parked, isOtherDataSet } = await observeQueue(parts);
  const { numbers, searched, isHeldBack, lost, recovered } = await findLosses(parts);
  if (lost.length > 0) parts.log.error('losses', { lost: show(lost), producers: lost.length }, 'events are missing');
  if (recovered.length > 0)
    parts.log.warn('recovered', { recovered: show(recovered) }, 'missing events have come back');
  if (isHeldBack)
    parts.log.warn('losses_held_back', {}, 'an open transaction in postgres keeps losses from being judged');
  return {
    numbers,
    searched,
    is_held_back: isHeldBack,
    lost: lost.length,
    recovered: recovered.length,
    parked,
    other_data_set: isOtherDataSet,
  };
}

function show(missing: readonly MissingNumbers[]) {
  return missing
    .slice(0, SHOWN_PRODUCERS)
    .map(({ producerId, ranges }) => ({ producer_id: producerId, numbers: toNumberText(ranges, SHOWN_RANGES) }));
}

function isAway(error: unknown): boolean {
  if (error instanceof QueueError) return AWAY.has(error.code);
  return error instanceof StoreError && error.code === 'outage';
}
