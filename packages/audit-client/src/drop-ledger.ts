/** Events given up since the last report to `audit:stats`, by reason. */
export interface DropLedger {
  add(reason: string, count?: number): void;
  /** What is to be reported now, or null; the caller gives it back when the report failed. */
  take(): Readonly<Record<string, number>> | null;
  /** After a failed report. One that timed out may have arrived: a drop is then counted twice rather than never. */
  giveBack(counts: Readonly<Record<string, number>>): void;
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
