import type { Queue } from '@auditlane/queue';
import { isUuidV7 } from '@auditlane/schema';
import { findEvents, type Pool } from '@auditlane/store';

/** Of about 1000 ids each: what is left is for the next run. */
const MAX_ROUNDS = 100;

/**
 * Forgets how often an event was redriven once it is stored, since it is parked no more; without this the counts would
 * only ever grow. Answers how many were forgotten.
 */
export async function forgetRedrives(
  queue: Pick<Queue, 'redrivenIds' | 'forgetRedrives'>,
  pool: Pool,
): Promise<number> {
  let forgotten = 0;
  let cursor: string | null = '0';
  for (let round = 0; cursor !== null && round < MAX_ROUNDS; round += 1) {
    const { ids, next } = await queue.redrivenIds(cursor);
    const stored = new Set(await findEvents(pool, ids.filter(isUuidV7)));
    const done = ids.filter((id) => stored.has(id.toLowerCase()));
    await queue.forgetRedrives(done);
    forgotten += done.length;
    cursor = next;
  }
  return forgotten;
}
