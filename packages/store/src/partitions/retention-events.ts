import type { EventRow } from '@auditlane/schema';

import { toOwnRow } from '../records/own-event.ts';

const PROCESS = 'audit-maintenance';

/** What has expired and is deleted. */
export interface Expiry {
  /** The partition that is dropped, or the table that rows are deleted from. */
  readonly resource: string;
  /** Everything before this has expired. */
  readonly until: Date;
  readonly before: Readonly<Record<string, unknown>>;
}

/** The event of a deletion by retention. */
export function toRetentionRow({ resource, until, before }: Expiry): EventRow {
  return toOwnRow({
    eventType: 'audit.retention.run',
    resourceId: resource,
    process: PROCESS,
    description: `Retention deleted what had expired in ${resource}`,
    metadata: { before, after: null, expired_before: until.toISOString() },
  });
}

/** The event of a partition that was made. */
export function toPartitionRow(
  name: string,
  after: { readonly from: string; readonly to: string; readonly movedRows: number },
): EventRow {
  return toOwnRow({
    eventType: 'audit.partitions.changed',
    resourceId: name,
    process: PROCESS,
    description: `The partition ${name} was made`,
    metadata: { before: null, after: { from: after.from, to: after.to, moved_rows: after.movedRows } },
  });
}
