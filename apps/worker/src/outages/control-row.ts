import type { Written } from '../storing/batch-writer.ts';
import { decodeClaim } from '../storing/decode-claim.ts';
import type { DecodedEntry, RejectedEntry } from '../storing/decode-claim.ts';

export type ControlAnswer = 'accepted' | 'refused' | 'none' | 'interrupted';

/**
 * The last event that this worker has stored. Stored once more it changes nothing, since its id is there, but every
 * constraint and trigger sees it: the answer tells whether Postgres takes events that it took before.
 */
export class ControlRow {
  /** A copy, since the bytes of a claim are views of a large answer. */
  #entry: Buffer | null = null;

  /** Keeps one of the rows that were not rejected. */
  keep(rows: readonly DecodedEntry[], rejected: readonly RejectedEntry[]): void {
    const refused = new Set(rejected.map(({ raw }) => raw));
    const accepted = rows.findLast(({ raw }) => !refused.has(raw));
    if (accepted !== undefined) this.#entry = Buffer.from(accepted.raw);
  }

  async ask(write: (rows: readonly DecodedEntry[]) => Promise<Written>): Promise<ControlAnswer> {
    if (this.#entry === null) return 'none';
    const written = await write(decodeClaim([this.#entry]).rows);
    if (written.kind === 'interrupted') return 'interrupted';
    return written.rejected.length === 0 ? 'accepted' : 'refused';
  }
}
