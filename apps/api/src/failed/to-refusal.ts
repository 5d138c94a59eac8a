import { DeadLettersError } from '@auditlane/dead-letters';
import { QueueError } from '@auditlane/queue';
import { StoreError } from '@auditlane/store';
import { Problem } from '../http/problem.ts';

/** What an operation on dead letters failed with, as the caller learns it. Anything else stays a 500. */
export function toRefusal(error: unknown): unknown {
  if (error instanceof DeadLettersError) return toProblem(error);
  const isAway = (error instanceof QueueError || error instanceof StoreError) && error.isRetryable;
  return isAway ? new Problem('servers_away', { headers: { 'retry-after': '5' }, cause: error }) : error;
}

function toProblem(error: DeadLettersError): Problem {
  const detail = error.message;
  switch (error.code) {
    case 'invalid_cursor':
      return new Problem('invalid_cursor', { detail });
    case 'invalid_selection':
      return new Problem('invalid_body', { detail });
    case 'invalid_entry':
      return new Problem('invalid_entry', { detail });
    case 'absent':
      return new Problem('letter_not_found', { detail });
    case 'count_mismatch':
      return new Problem('count_mismatch', { detail, members: { actual: error.actual } });
    case 'unrecorded':
      return new Problem('unrecorded', {
        detail,
        members: { has_acted: error.hasActed },
        headers: { 'retry-after': '5' },
        cause: error,
      });
  }
}
