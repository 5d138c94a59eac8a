import type { Lane } from '@auditlane/queue';
import type { LaneEntry } from '../lanes/lane-entry.ts';
import type { CommitCall } from '../critical/commits.ts';
import type { SpoolCall } from '../spool/group-commit.ts';
import type { FramePosition } from '../spool/segment-writer.ts';
import type { Call, Route } from './call.ts';
import type { OverflowPolicy } from './overflow-policy.ts';

/** The places that routes lead to. */
export interface Places {
  readonly addToLane: (lane: Lane, entry: LaneEntry) => void;
  readonly spool: (call: SpoolCall) => void;
  /** What is on the disk there is not in the queue, and shall get there. */
  readonly offerLater: (position: FramePosition) => void;
  readonly commit: (call: CommitCall) => void;
  readonly now: () => number;
  /** Postgres did not take a critical event; for the log. */
  readonly onUncommitted: (error: unknown) => void;
}

/**
 * The way of `logAudit`: the queue; then, by policy,
 * - `spool`: the disk. When the disk does not take it either: waiting, as below.
 * - `wait`: stays in the lane until the queue has room, or its deadline.
 * - `direct`: Postgres, by this process. When Postgres does not take it either: waiting.
 * - `drop`: nowhere, at once.
 */
export function createOrdinaryRoute(policy: OverflowPolicy, places: Places): Route {
  return {
    start(call, isCrowded) {
      if (!isCrowded || call.refused('queue_full') === 'keep') {
        places.addToLane(call.lane, call);
      }
    },
    accepted: (call) => call.settle('queued'),
    spooled: (call) => call.settle('spooled'),
    refused: (call) => toNextPlace(policy, call, places),
    expired(call, cause) {
      if (policy === 'spool' && !call.isUnspoolable) {
        places.spool(call);
      } else {
        call.settle(cause);
      }
    },
    unspoolable(call) {
      if (places.now() < call.deadlineAt) {
        places.addToLane(call.lane, call);
      } else {
        call.settle(call.cause);
      }
    },
    uncommitted(call) {
      places.addToLane(call.lane, call);
    },
  };
}

function toNextPlace(policy: OverflowPolicy, call: Call, places: Places): 'keep' | 'gone' {
  switch (policy) {
    case 'spool':
      if (call.isUnspoolable) {
        return 'keep';
      }
      places.spool(call);
      return 'gone';
    case 'direct':
      if (call.isUncommittable) {
        return 'keep';
      }
      places.commit(call);
      return 'gone';
    case 'wait':
      return 'keep';
    case 'drop':
      call.settle('dropped');
      return 'gone';
  }
}

/**
 * The way of `logCriticalAudit`: Postgres, then the urgent lane, then the spool, whatever the overflow policy says; it
 * never waits for room. `laneDeadlineMs` bounds the second step.
 */
export function createCriticalRoute(laneDeadlineMs: number, places: Places): Route {
  return {
    start: (call) => places.commit(call),
    accepted: (call) => call.settle('queued'),
    spooled(call, position) {
      places.offerLater(position);
      call.settle('spooled');
    },
    uncommitted(call, error) {
      places.onUncommitted(error);
      call.deadlineAt = places.now() + laneDeadlineMs;
      places.addToLane(call.lane, call);
    },
    refused(call) {
      places.spool(call);
      return 'gone';
    },
    expired(call) {
      places.spool(call);
    },
    unspoolable(call) {
      call.settle(call.cause);
    },
  };
}
