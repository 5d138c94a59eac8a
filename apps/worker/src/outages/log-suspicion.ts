import type { Logger } from '@auditlane/runtime';
import type { Suspicion, SuspicionChange } from './mass-poison.ts';

/** Tells an operator what the worker suspects, and how it ended; `suspected` is an error, since a person must look. */
export function logSuspicion(logger: Logger, change: SuspicionChange, suspicion: Suspicion): void {
  const { sqlstate, detail, since, refused } = suspicion;
  const facts = { sqlstate, detail, since, refused };
  switch (change) {
    case 'suspected':
      logger.error(facts, 'postgres refuses most events, none is parked and nothing more is claimed');
      break;
    case 'accepted':
      logger.info(facts, 'postgres takes the refused events again');
      break;
    case 'believed':
      logger.error(facts, 'the refused events are taken for poison and parked');
      break;
    case 'left':
      logger.warn(facts, 'the batch under suspicion was left to another worker');
      break;
  }
}
