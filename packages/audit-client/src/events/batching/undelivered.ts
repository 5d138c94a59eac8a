import type { EventReceipt } from '../event-receipt.ts';
import type { EventGate, ParkedEvent } from '../processors/event-gate.ts';
import { readReceipt, toRejection } from '../../receipts.ts';
import { toErrorFacts } from '../../warnings.ts';
import { toAuditEvent } from '../processors/to-audit-event.ts';
import type { AuditClient } from '../../audit-client.ts';
import type { SecurityEvent } from '../security-event.ts';

/** Where events go that the processor does not take. */
export interface Undelivered {
  /** Keeps an event on disk, or else in the queue; the receipt says where, or that it is nowhere. Never rejects. */
  keep(event: SecurityEvent): Promise<EventReceipt>;
  /** Parks events in `audit:failed`; false when Redis did not take them. Never rejects. Null: the client cannot park. */
  readonly park: ((events: readonly ParkedEvent[]) => Promise<boolean>) | null;
}

/** The places of a client. One without a gate has only `logAudit` to offer, which mints another id. */
export function createUndelivered(client: AuditClient, gate: EventGate | null): Undelivered {
  if (gate === null) {
    return {
      keep: async (event) => {
        try {
          const { id: _, ...input } = toAuditEvent(event);
          return readReceipt(await client.logAudit(input));
        } catch {
          return toRejection('internal');
        }
      },
      park: null,
    };
  }
  return {
    keep: (event) => gate.keep(event),
    park: (events) =>
      gate.park(events).then(
        () => true,
        (error: unknown) => {
          gate.warnings.warn('refused events could not be parked in audit:failed', toErrorFacts(error));
          return false;
        },
      ),
  };
}
