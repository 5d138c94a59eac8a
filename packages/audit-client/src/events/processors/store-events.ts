import type { RejectedRow } from '@auditlane/store';
import type { RejectedReceipt } from '../../receipt.ts';
import type { Transport } from '../../transport.ts';
import type { SecurityEvent } from '../security-event.ts';
import type { EventAdmission } from './event-admission.ts';

/** See `EventGate.store`. */
export async function storeEvents(
  events: readonly SecurityEvent[],
  admission: EventAdmission,
  transport: Pick<Transport, 'storeLines'>,
): Promise<readonly RejectedRow[]> {
  const refused: RejectedRow[] = [];
  const lines: string[] = [];
  for (const [index, event] of events.entries()) {
    const admitted = admission.admit(event);
    if (admitted.kind === 'refused') {
      refused.push({ index, id: event.id, sqlstate: null, detail: toDetail(admitted.receipt) });
    } else {
      lines.push(admitted.line);
    }
  }
  const rejected = lines.length === 0 ? [] : await transport.storeLines(lines);
  return [...refused, ...rejected];
}

function toDetail({ reason, issues = [] }: RejectedReceipt): string {
  return [reason, ...issues.map(({ path, message }) => `${path}: ${message}`)].join('; ');
}
