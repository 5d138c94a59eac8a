/** The steps of an event's way through the queue, made by the bench itself: the scripts of client and worker, without the processes. */
import { randomUUID } from 'node:crypto';
import type { Claim, Queue } from '@auditlane/queue';

const CAPACITY = 50_000_000;
const CLAIM_BYTES = 8_388_608;
const LEASE_MS = 600_000;

/** Pushes lines into the main lane, `size` at once. Rejects when the queue does not take them all. */
export async function pushLines(queue: Queue, lines: readonly string[], size: number): Promise<void> {
  for (let at = 0; at < lines.length; at += size) {
    const pushed = lines.slice(at, at + size);
    const { accepted } = await queue.enqueue(pushed, { lane: 'main', capacity: CAPACITY });
    if (accepted < pushed.length) throw new Error(`the queue took ${accepted} of ${pushed.length} entries`);
  }
}

/** Claims up to `limit` entries; null when nothing is queued. */
export function claimEntries(queue: Queue, limit: number): Promise<Claim | null> {
  const size = { limit, maxBytes: CLAIM_BYTES };
  return queue.claim({ ...size, batchId: randomUUID(), leaseMs: LEASE_MS, worker: 'bench', prefer: 'main' });
}

/** Ends a claim as if all its entries were rows. Rejects when it is no longer ours. */
export async function finishClaim(queue: Queue, { batchId, epoch, entries }: Claim): Promise<void> {
  const counts = { stored: entries.length, duplicates: 0, deadLetters: [], held: [] };
  const ended = await queue.finish({ batchId, epoch, ...counts });
  if (ended !== 'finished') throw new Error(`a claim of ours was ${ended}`);
}
