import { randomFillSync } from 'node:crypto';
import { createUuidV7, encodeEvent, LIMITS, NO_REDACTION, OWN_SOURCE } from '@auditlane/schema';
import type { LaneEntry } from './lanes/lane-entry.ts';
import type { LossReport } from './loss-reports.ts';
import type { Producer } from './producer.ts';

const mint = createUuidV7(Date.now, (bytes) => void randomFillSync(bytes));

/** How each kind reads as a row. */
const ROW_OF_KIND = {
  dropped: { category: 'critical', describe: (count: number) => `${count} events were given up` },
  refused: { category: 'warning', describe: (count: number) => `${count} calls were refused` },
  settled: { category: 'info', describe: (count: number) => `${count} events need no row of their own` },
} as const satisfies Record<LossReport['kind'], object>;

/** A report as an entry with the producer's next number; null when it cannot be encoded. The caller admits it. */
export function toReportEntry(report: LossReport, producer: Producer, host: string | null): string | null {
  const { kind, reason, count, numbers, firstAt, lastAt } = report;
  const { category, describe } = ROW_OF_KIND[kind];
  const encoded = encodeEvent(
    {
      event_type: `audit.events.${kind}`,
      event_category: category,
      event_domain: 'system',
      resource_type: 'producer',
      resource_id: producer.id,
      source: OWN_SOURCE,
      description: `${describe(count)}: ${reason}`,
      metadata: { reason, count, first_at: firstAt.toISOString(), last_at: lastAt.toISOString() },
    },
    {
      id: mint(),
      producerId: producer.id,
      producerSeq: producer.nextSeq,
      defaults: { host },
      redact: NO_REDACTION,
      maxEventBytes: LIMITS.eventBytes,
      ...(numbers === '' ? {} : { additions: { numbers } }),
    },
  );
  return encoded.kind === 'encoded' ? encoded.line : null;
}

/** Puts a report into a lane; true when Redis took it, false when it did not by the deadline. It is not kept there. */
export function offerReport(line: string, deadlineAt: number, addToLane: (entry: LaneEntry) => void): Promise<boolean> {
  return new Promise((resolve) => {
    addToLane({
      line,
      bytes: Buffer.byteLength(line),
      deadlineAt,
      attempts: 0,
      accepted: () => resolve(true),
      refused() {
        resolve(false);
        return 'gone';
      },
      expired: () => resolve(false),
    });
  });
}
