import type { Transport } from '../transport.ts';
import { toErrorFacts, type Warnings } from '../warnings.ts';
import type { Places } from './routes.ts';

/** The places of a client's routes: those of its transport. */
export function createPlaces(transport: Transport, warnings: Warnings): Places {
  return {
    addToLane: (lane, entry) => transport.addToLane(lane, entry),
    spool: (call) => transport.spool(call),
    offerLater: (position) => transport.offerLater(position),
    commit: (call) => transport.commit(call),
    now: () => transport.now(),
    onUncommitted: (error) =>
      warnings.warn('audit client could not store a critical event directly', toErrorFacts(error)),
  };
}
