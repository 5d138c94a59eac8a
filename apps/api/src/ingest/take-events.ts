import type { Receipt, RejectionReason } from '@auditlane/audit-client';
import { Problem } from '../http/problem.ts';
import type { Answer } from '../http/route.ts';
import type { ToEventId } from './idempotent-ids.ts';

/** The client, as narrow as ingest needs it. An `id` in the event is taken as it is. */
export interface EventSink {
  logAudit(event: unknown): Promise<Receipt>;
}

/** Reasons that say nothing about the event: sending it again later may succeed. */
const PASSING_REASONS: ReadonlySet<RejectionReason> = new Set([
  'closed',
  'buffer_full',
  'queue_full',
  'redis_away',
  'dropped',
  'internal',
  'misconfigured',
]);

const ID_REFUSED: Receipt = {
  status: 'rejected',
  reason: 'invalid',
  issues: [
    {
      path: 'id',
      code: 'id_not_accepted',
      message: 'Ids are minted by the library: leave it out, or send an Idempotency-Key.',
    },
  ],
};

/** Hands all events over in one turn, so that they travel in one call, and waits for all receipts, in order. */
export async function takeEvents(
  sink: EventSink,
  events: readonly unknown[],
  toId: ToEventId | null,
): Promise<readonly Receipt[]> {
  return Promise.all(events.map((event, position) => take(sink, event, toId?.(position))));
}

function take(sink: EventSink, event: unknown, id: string | undefined): Promise<Receipt> {
  const isObject = typeof event === 'object' && event !== null && !Array.isArray(event);
  // The sink trusts ids, and callers are not trusted: whoever may choose an id can occupy somebody else's.
  if (isObject && Object.hasOwn(event, 'id')) {
    return Promise.resolve(ID_REFUSED);
  }
  return sink.logAudit(isObject && id !== undefined ? { ...event, id } : event);
}

/** 202 when at least one event was accepted; else 503 when one of them may be accepted later, else 400. */
export function toAnswer(receipts: readonly Receipt[]): Answer {
  const rejected = receipts.filter((receipt) => receipt.status === 'rejected');
  const accepted = receipts.length - rejected.length;
  if (accepted > 0) {
    return { status: 202, json: { accepted, rejected: rejected.length, receipts } };
  }
  if (rejected.some((receipt) => PASSING_REASONS.has(receipt.reason))) {
    throw new Problem('no_event_taken', { members: { receipts }, headers: { 'retry-after': '2' } });
  }
  throw new Problem('no_event_accepted', { members: { receipts } });
}
