import type { AuditClient } from '@auditlane/audit-client';
import { toExpectedRow, type SaidEvent } from './expected-row.ts';
import type { LogLine } from './lines.ts';
import type { Outcome } from './run-requests.ts';
import type { Acknowledged } from './stored-rows.ts';

function toSaid(line: LogLine): SaidEvent {
  return {
    event_type: 'log.line',
    event_category: 'info',
    source: 'log',
    description: line.text,
    metadata: { number: line.number, id: line.id },
  };
}

/** Logs every line without waiting for the one before, as an application would, and collects the receipts. */
export async function runLines(audit: AuditClient, lines: readonly LogLine[]): Promise<Outcome> {
  const acknowledged: Acknowledged[] = [];
  const unacknowledged: string[] = [];
  const log = async (line: LogLine): Promise<void> => {
    const said = toSaid(line);
    const name = line.id ?? `line ${line.number}`;
    const receipt = await audit.logAudit(said);
    if (receipt.status === 'rejected') unacknowledged.push(`${name} (${receipt.reason})`);
    else acknowledged.push({ name, id: receipt.id, expected: toExpectedRow(said) });
  };
  await Promise.all(lines.map((line) => log(line)));
  return { sent: lines.length, refused: 0, withoutHost: 0, acknowledged, unacknowledged };
}
