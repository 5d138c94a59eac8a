import { StoreError } from '@auditlane/store';
import type { IsolatedResult, StorableRow } from '@auditlane/store';
import { ceilingAfterStored, ceilingAfterTimeout } from '../batching/batch-ceiling.ts';
import type { HeldClaim } from '../claims/held-claims.ts';
import type { Breaker } from '../outages/breaker.ts';
import type { DecodedEntry, RejectedEntry } from './decode-claim.ts';

/**
 * Stores the rows of one claim, however long it takes.
 *
 * A statement that fails for a reason which is not a row's (Postgres away, starting, full, not migrated, a right
 * missing, too slow) opens the breaker; the same rows are tried again when it closes, for ever, and nothing becomes a
 * dead letter. Rows go in pieces of the ceiling's size, so that a batch too large for the statement timeout shrinks
 * until it fits. A piece is tried again on the idempotent path, since the failed statement may have committed.
 */
export interface BatchWriter {
  write(rows: readonly DecodedEntry[], o: WriteOptions): Promise<Written>;
  /** Rows that one statement may carry at present. */
  ceiling(): number;
}

export interface WriteOptions {
  readonly held: HeldClaim;
  /** The rows may be in the table already: another worker held them before. */
  readonly isRedelivered: boolean;
  /** Largest piece, for a batch under suspicion; default what the ceiling allows. */
  readonly maxPiece?: number;
  /** Ends the waiting for Postgres, not a statement in flight. */
  readonly stop: AbortSignal;
}

/** What became of the rows; `interrupted` says that not each was tried to its end, and the claim is to be released. */
export type Written =
  | {
      readonly kind: 'written';
      readonly inserted: number;
      readonly duplicates: number;
      /** Duplicates whose stored row has another content: the first row won. */
      readonly conflicts: number;
      readonly rejected: readonly RejectedEntry[];
    }
  | { readonly kind: 'interrupted' };

export interface BatchWriterParts {
  /** `storeIsolating`, bound to this worker's store. */
  readonly store: (rows: readonly StorableRow[], o: { readonly idempotent: boolean }) => Promise<IsolatedResult>;
  readonly breaker: Breaker;
  readonly clockMs: () => number;
  /** Largest number of rows in one statement. */
  readonly maxRows: number;
  /** Told how many statements a piece took. */
  readonly onStatements: (count: number) => void;
  /** Told about each statement that failed for a reason which is not a row's. */
  readonly onFailedAttempt: (error: StoreError) => void;
}

export function createBatchWriter(parts: BatchWriterParts): BatchWriter {
  let ceiling = parts.maxRows;

  /** One piece; null when Postgres could not, and the breaker is open. */
  const storePiece = async (piece: readonly DecodedEntry[], idempotent: boolean): Promise<IsolatedResult | null> => {
    const startedMs = parts.clockMs();
    try {
      const result = await parts.store(piece.map(toRow), { idempotent });
      parts.breaker.succeed();
      parts.onStatements(result.statements);
      // Isolating poison takes many statements, none of them slow.
      const elapsedMs = (parts.clockMs() - startedMs) / Math.max(1, result.statements);
      ceiling = ceilingAfterStored(ceiling, { rows: piece.length, elapsedMs, max: parts.maxRows });
      return result;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      parts.onFailedAttempt(error);
      if (error.code === 'too_slow') ceiling = Math.min(ceiling, ceilingAfterTimeout(piece.length));
      parts.breaker.trip(error);
      return null;
    }
  };

  return {
    ceiling: () => ceiling,
    async write(rows, o) {
      let sum: Sum = { inserted: 0, duplicates: 0, conflicts: 0, rejected: [] };
      let mayBeStored = o.isRedelivered;
      for (let from = 0; from < rows.length;) {
        if ((await waitForPostgres(parts.breaker, o)) === 'interrupted') return { kind: 'interrupted' };
        const piece = rows.slice(from, from + Math.min(ceiling, o.maxPiece ?? ceiling));
        // Only noted, not told: a crash while the rows are being encoded must still count as an attempt, and a
        // statement that takes long is told by the next renewal.
        o.held.note('sent');
        const result = await storePiece(piece, mayBeStored);
        mayBeStored = o.isRedelivered || result === null;
        if (result === null) continue;
        sum = addResult(sum, piece, result);
        from += piece.length;
      }
      return { kind: 'written', ...sum };
    },
  };
}

type Sum = Omit<Extract<Written, { kind: 'written' }>, 'kind'>;

function toRow(entry: DecodedEntry): StorableRow {
  return entry.row;
}

/** Waits until the breaker is closed. A crash during the wait must not count against the batch, so Redis is told. */
async function waitForPostgres(breaker: Breaker, o: WriteOptions): Promise<'ready' | 'interrupted'> {
  if (breaker.isOpen) {
    await o.held.mark('waiting');
    await breaker.closed(AbortSignal.any([o.stop, o.held.fenced]));
  }
  return breaker.isOpen || o.held.fenced.aborted ? 'interrupted' : 'ready';
}

function addResult(sum: Sum, piece: readonly DecodedEntry[], result: IsolatedResult): Sum {
  return {
    inserted: sum.inserted + result.inserted,
    duplicates: sum.duplicates + result.duplicates,
    conflicts: sum.conflicts + result.conflicting.length,
    rejected: [...sum.rejected, ...toRejected(piece, result)],
  };
}

function toRejected(piece: readonly DecodedEntry[], result: IsolatedResult): RejectedEntry[] {
  return result.rejected.map(({ index, sqlstate, detail }) => {
    const entry = piece[index];
    if (entry === undefined) throw new RangeError(`the store rejected row ${index} of ${piece.length}`);
    return { raw: entry.raw, id: entry.row.id, reason: 'rejected_by_postgres', sqlstate, detail };
  });
}
