import { encodeDeadLetter, toDeadLetter } from '@auditlane/schema';
import type { RejectedEntry } from './decode-claim.ts';

/** Who parks an entry, and what is known about its delivery. */
export interface ParkedBy {
  readonly worker: string;
  readonly attempt: number;
  /** When the batch was claimed, epoch milliseconds. */
  readonly firstMs: number;
  readonly nowMs: number;
}

/** Turns rejected entries into the lines that `finish` parks, each under the id that keeps it from being parked twice. */
export function toDeadLetterLines(
  rejected: readonly RejectedEntry[],
  by: ParkedBy,
): readonly { readonly id: string; readonly line: string }[] {
  return rejected.map((entry) => {
    const letter = toDeadLetter({
      raw: entry.raw,
      id: entry.id,
      reason: entry.reason,
      detail: entry.detail,
      sqlstate: entry.sqlstate,
      attempts: by.attempt,
      firstAt: new Date(by.firstMs),
      lastAt: new Date(by.nowMs),
      worker: by.worker,
    });
    return { id: letter.id, line: encodeDeadLetter(letter) };
  });
}
