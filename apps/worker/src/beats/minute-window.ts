/** What a worker counts about its batches; the same names in a heartbeat's window and totals. */
export interface BatchCounts {
  readonly batches: number;
  readonly rows: number;
  readonly duplicates: number;
  readonly batch_ms_total: number;
  readonly failed_attempts: number;
  readonly dead_letters: number;
}

export const NO_COUNTS: BatchCounts = {
  batches: 0,
  rows: 0,
  duplicates: 0,
  batch_ms_total: 0,
  failed_attempts: 0,
  dead_letters: 0,
};

export const WINDOW_SECONDS = 60;

/** Adds two sets of counts; what one of them leaves out counts as zero. */
export function addCounts(left: BatchCounts, right: Partial<BatchCounts>): BatchCounts {
  return {
    batches: left.batches + (right.batches ?? 0),
    rows: left.rows + (right.rows ?? 0),
    duplicates: left.duplicates + (right.duplicates ?? 0),
    batch_ms_total: left.batch_ms_total + (right.batch_ms_total ?? 0),
    failed_attempts: left.failed_attempts + (right.failed_attempts ?? 0),
    dead_letters: left.dead_letters + (right.dead_letters ?? 0),
  };
}

/** Counts of the last 60 s, in buckets of one second by a monotonic clock (ms), so that its memory is fixed. */
export interface MinuteWindow {
  add(counts: Partial<BatchCounts>): void;
  read(): BatchCounts;
}

export function createMinuteWindow(clockMs: () => number): MinuteWindow {
  const buckets = new Map<number, BatchCounts>();
  const currentSecond = (): number => Math.floor(clockMs() / 1000);
  const forgetOld = (second: number): void => {
    for (const old of buckets.keys()) {
      if (old <= second - WINDOW_SECONDS) buckets.delete(old);
    }
  };

  return {
    add(counts) {
      const second = currentSecond();
      if (!buckets.has(second)) forgetOld(second);
      buckets.set(second, addCounts(buckets.get(second) ?? NO_COUNTS, counts));
    },
    read() {
      forgetOld(currentSecond());
      return [...buckets.values()].reduce(addCounts, NO_COUNTS);
    },
  };
}
