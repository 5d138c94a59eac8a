import type { Queue } from '@auditlane/queue';

/** Events given up since the last report to `audit:stats`, by reason. */
export interface DropLedger {
  add(reason: string, count?: number): void;
  /** What is to be reported now, or null; the caller gives it back when the report failed. */
  take(): Readonly<Record<string, number>> | null;
  /** After a failed report. One that timed out may have arrived: a drop is then counted twice rather than never. */
  giveBack(counts: Readonly<Record<string, number>>): void;
}

/** Brings drops that no push has carried yet to `audit:stats`; when Redis does not take them they stay for the next try. */
export async function reportDrops(drops: DropLedger, queue: Pick<Queue, 'enqueue'>): Promise<void> {
  const counts = drops.take();
  if (counts === null) {
    return;
  }
  try {
    await queue.enqueue([], { lane: 'main', capacity: 0, dropped: counts });
  } catch {
    drops.giveBack(counts);
  }
}

/** An empty ledger. */
export function createDropLedger(): DropLedger {
  let counts: Record<string, number> | null = null;
  const add = (reason: string, count = 1): void => {
    counts ??= {};
    counts[reason] = (counts[reason] ?? 0) + count;
  };
  return {
    add,
    take() {
      const taken = counts;
      counts = null;
      return taken;
    },
    giveBack(taken) {
      for (const [reason, count] of Object.entries(taken)) {
        add(reason, count);
      }
    },
  };
}
