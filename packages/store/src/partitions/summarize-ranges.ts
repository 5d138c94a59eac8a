import type { Pool } from 'pg';

import { readNumber } from '../postgres/read-row.ts';
import { runQuery } from '../postgres/with-client.ts';

/**
 * Summarises new BRIN ranges of the partitions in use: call it once a minute. Costs about 1 us a row stored since the last call.
 * Answers how many ranges there were.
 */
export async function summarizeRanges(pool: Pool): Promise<number> {
  return readNumber((await runQuery(pool, 'summarize_ranges')).rows[0], 'ranges');
}
