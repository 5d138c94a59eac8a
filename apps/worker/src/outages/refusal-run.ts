import type { RejectedEntry } from '../storing/decode-claim.ts';

/** Refusals of one SQLSTATE that make up more than half of the rows of a batch. */
export interface Majority {
  readonly sqlstate: string;
  /** What the server said of the first of them, without values. */
  readonly detail: string;
  readonly count: number;
}

/** Batches in a row with a majority of one SQLSTATE. */
export interface RefusalRun {
  readonly sqlstate: string;
  readonly batches: number;
  readonly refused: number;
}

const SUSPICIOUS_BATCHES = 3;
/** Three single events in a quiet hour are no pattern. */
const SUSPICIOUS_ROWS = 20;

/** The SQLSTATE with which Postgres refused more than half of a batch's rows; null when there is none. */
export function toMajority(rejected: readonly RejectedEntry[], rows: number): Majority | null {
  const counts = new Map<string, number>();
  for (const { sqlstate } of rejected) counts.set(sqlstate ?? '', (counts.get(sqlstate ?? '') ?? 0) + 1);
  for (const [sqlstate, count] of counts) {
    const detail = rejected.find((entry) => (entry.sqlstate ?? '') === sqlstate)?.detail ?? '';
    if (count * 2 > rows) return { sqlstate, detail, count };
  }
  return null;
}

/** The run after one more batch; null when the batch ended it. */
export function toRun(before: RefusalRun | null, majority: Majority | null): RefusalRun | null {
  if (majority === null) return null;
  const { sqlstate, count } = majority;
  const same = before?.sqlstate === sqlstate ? before : { batches: 0, refused: 0 };
  return { sqlstate, batches: same.batches + 1, refused: same.refused + count };
}

export function isSuspicious(run: RefusalRun | null): boolean {
  return run !== null && run.batches >= SUSPICIOUS_BATCHES && run.refused >= SUSPICIOUS_ROWS;
}
