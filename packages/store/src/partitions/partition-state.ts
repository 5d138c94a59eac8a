import type { Pool } from 'pg';

import { coveredUntilMs, listPartitions } from './ensure-partitions.ts';
import { readNumber } from '../postgres/read-row.ts';
import { runQuery } from '../postgres/with-client.ts';

export interface PartitionState {
  /** Partitions of `audit_logs` beside DEFAULT. */
  readonly count: number;
  /** Days from `now` that are prepared without a gap. */
  readonly aheadDays: number;
  /** Rows in DEFAULT, whose ids are far in the past or the future, or which nobody prepared for. Counted up to 10001. */
  readonly rowsInDefault: number;
}

const DAY_MS = 86_400_000;

/** How `audit_logs` is prepared. Reads only. */
export async function readPartitionState(pool: Pool, now: Date): Promise<PartitionState> {
  const ranges = (await listPartitions(pool, 'audit_logs')).flatMap(({ range }) => (range === null ? [] : [range]));
  const inDefault = (await runQuery(pool, 'count_default_rows')).rows[0];
  return {
    count: ranges.length,
    aheadDays: (coveredUntilMs(ranges, now.getTime()) - now.getTime()) / DAY_MS,
    rowsInDefault: readNumber(inDefault, 'in_default'),
  };
}
