import type { RefusalCause } from '../lanes/lane-entry.ts';
import type { Call, Route } from './call.ts';
import type { Places } from './routes.ts';

/**
 * The way of `logAudit` with the guarantee `strict`: disk and queue at once.
 *
 * | disk | queue | receipt |
 * |---|---|---|
 * | synced | took it | `queued`, `copies: 2` |
 * | synced | full or away | `spooled`; the queue gets it later |
 * | failed or full | took it | `queued`, one copy, and it says so |
 * | failed or full | full or away | waits for the queue until the deadline, then rejected |
 *
 * The receipt waits for both to have spoken, so it never promises more than is there. The overflow policy has no part.
 */
export function createStrictRoute(places: Places): Route {
  const settle = (call: Call): void => settleBoth(call, places);
  return {
    start(call, isCrowded) {
      places.spool(call);
      if (isCrowded) {
        refuse(call, 'queue_full', places);
      } else {
        places.addToLane(call.lane, call);
      }
    },
    accepted(call) {
      call.isQueued = true;
      settle(call);
    },
    spooled(call, position) {
      call.position = position;
      settle(call);
    },
    unspoolable: (call) => waitForQueue(call, places),
    refused(call, cause) {
      if (call.isUnspoolable) {
        return 'keep';
      }
      refuse(call, cause, places);
      return 'gone';
    },
    expired(call, cause) {
      if (call.isUnspoolable) {
        call.settle(cause);
      } else {
        refuse(call, cause, places);
      }
    },
    uncommitted(call) {
      places.addToLane(call.lane, call);
    },
  };
}

function settleBoth(call: Call, places: Places): void {
  if (call.position !== null && call.isQueued) {
    call.hasTwoCopies = true;
    call.settle('queued');
  } else if (call.position !== null && call.isRefused) {
    places.offerLater(call.position);
    call.settle('spooled');
  } else if (call.isUnspoolable && call.isQueued) {
    call.settle('queued');
  }
}

/** The queue has not taken it and is not being asked. */
function refuse(call: Call, cause: RefusalCause, places: Places): void {
  call.cause = cause;
  call.isRefused = true;
  settleBoth(call, places);
}

/** The disk has not taken it: the queue is its one place left. */
function waitForQueue(call: Call, places: Places): void {
  if (!call.isRefused) {
    settleBoth(call, places);
  } else if (places.now() < call.deadlineAt) {
    call.isRefused = false;
    places.addToLane(call.lane, call);
  } else {
    call.settle(call.cause);
  }
}
