import type { Route } from './call.ts';
import type { Places } from './routes.ts';

/**
 * The way of an event that is to be kept whatever Redis says: the disk, from which it is queued later. When the disk does
 * not take it, the queue until the deadline of the call.
 */
export function createDiskRoute(places: Places): Route {
  return {
    start: (call) => places.spool(call),
    spooled(call, position) {
      places.offerLater(position);
      call.settle('spooled');
    },
    unspoolable(call) {
      places.addToLane(call.lane, call);
    },
    accepted: (call) => call.settle('queued'),
    refused: () => 'keep',
    expired: (call, cause) => call.settle(cause),
    uncommitted: (call) => call.settle(call.cause),
  };
}
