import { encodeDeadLetter, toDeadLetter } from '@auditlane/schema';
import type { Transport } from '../../transport.ts';
import type { EventAdmission } from './event-admission.ts';
import type { ParkedEvent } from './event-gate.ts';

/** At most so many dead letters go in one call. */
const PARKED_AT_ONCE = 100;

/** See `EventGate.park`. */
export async function parkEvents(
  events: readonly ParkedEvent[],
  admission: EventAdmission,
  { queue, writer }: Pick<Transport, 'queue' | 'writer'>,
): Promise<void> {
  const lastAt = new Date();
  for (let start = 0; start < events.length; start += PARKED_AT_ONCE) {
    const letters = events.slice(start, start + PARKED_AT_ONCE).map((parked) => {
      const { event, reason, detail, sqlstate, attempts, firstAt } = parked;
      const admitted = admission.admit(event);
      const letter = toDeadLetter({
        // Refused by the encoder: what can be said of it is in the detail.
        raw: admitted.kind === 'refused' ? '' : admitted.line,
        id: event.id,
        reason,
        detail,
        sqlstate,
        attempts,
        firstAt: new Date(firstAt),
        lastAt,
        worker: writer,
      });
      return { id: letter.id, line: encodeDeadLetter(letter) };
    });
    await queue.park(letters);
  }
}
