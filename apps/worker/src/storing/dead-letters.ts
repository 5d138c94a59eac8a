import type { PastRedrives } from '@auditlane/queue';
import { encodeDeadLetter, toDeadLetter } from '@auditlane/schema';
import type { DeadLetter } from '@auditlane/schema';
import type { RejectedEntry } from './decode-claim.ts';

/** Who parks an entry, and what is known about its delivery. */
export interface ParkedBy {
  readonly worker: string;
  readonly attempt: number;
  /** When the batch was claimed, epoch milliseconds. */
  readonly firstMs: number;
  readonly nowMs: number;
}

/** Turns rejected entries into dead letters, each under the id that keeps it from being parked twice. */
export function toDeadLetters(rejected: readonly RejectedEntry[], by: ParkedBy): readonly DeadLetter[] {
  return rejected.map((entry) =>
    toDeadLetter({
      raw: entry.raw,
      id: entry.id,
      reason: entry.reason,
      detail: entry.detail,
      sqlstate: entry.sqlstate,
      attempts: by.attempt,
      firstAt: new Date(by.firstMs),
      lastAt: new Date(by.nowMs),
      worker: by.worker,
    }),
  );
}

/** A dead letter as `finish` parks it. */
export interface DeadLetterLine {
  readonly id: string;
  readonly line: string;
  readonly letter: DeadLetter;
  /** How often its id had been redriven when the line was written. */
  readonly redrives: number;
}

/** The lines of dead letters; each earlier redrive of an id counts as an attempt, and its first failure stays the first. */
export function toDeadLetterLines(
  letters: readonly DeadLetter[],
  redrives: ReadonlyMap<string, PastRedrives>,
): readonly DeadLetterLine[] {
  return letters.map((letter) => {
    const { times = 0, firstMs = null } = redrives.get(letter.id) ?? {};
    const first_at = toEarlier(letter.first_at, firstMs);
    const line = encodeDeadLetter({ ...letter, first_at, attempts: letter.attempts + times });
    return { id: letter.id, line, letter, redrives: times };
  });
}

function toEarlier(at: string, ms: number | null): string {
  return ms !== null && ms < Date.parse(at) ? new Date(ms).toISOString() : at;
}
