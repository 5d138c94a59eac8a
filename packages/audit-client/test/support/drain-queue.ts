import { decodeEntry } from '@auditlane/schema';
import { createStore, type Pool } from '@auditlane/store';
import type { Redis } from 'ioredis';

/** Moves what is in the queue, or the oldest `limit` of it, into Postgres, as a worker would; answers how many it moved. */
export async function drainQueue(redis: Redis, pool: Pool, limit = Number.POSITIVE_INFINITY): Promise<number> {
  const store = createStore(pool, { writer: 'test' });
  let moved = 0;
  for (const list of ['audit:queue:urgent', 'audit:queue']) {
    while (moved < limit) {
      const lines = (await redis.rpop(list, Math.min(500, limit - moved))) ?? [];
      if (lines.length === 0) break;
      const rows = lines.flatMap((line) => {
        const decoded = decodeEntry(line);
        return decoded.kind === 'event' ? [decoded.row] : [];
      });
      // One id may be here twice, after a replay.
      await store.storeBatch([...new Map(rows.map((row) => [row.id, row])).values()], { idempotent: true });
      moved += lines.length;
    }
  }
  return moved;
}
