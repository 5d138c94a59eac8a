const MAX_COMMIT_ROWS = 500;
const MAX_COMMIT_BYTES = 4_194_304;

/** An entry whose row waits for its commit; exactly one of its two functions is called. */
export interface CommitCall {
  readonly line: string;
  readonly bytes: number;
  /** When the caller stops waiting for Postgres; milliseconds of the client's clock. */
  readonly deadlineAt: number;
  /** The row is committed, by this call or by an earlier one with the same id. */
  stored(): void;
  /** Postgres does not have it, or did not say so before the deadline. */
  failed(error: unknown): void;
}

/** Stores the rows of entries and answers which of them Postgres refused as such, by index. Rejects on an outage. */
export type StoreLines = (lines: readonly string[]) => Promise<ReadonlySet<number>>;

/** A deadline that passed before Postgres answered. The row may still be committed: the same id makes that harmless. */
class CommitDeadlineError extends Error {
  override readonly name = 'CommitDeadlineError';
}

/** The row itself was refused, alone; the rows committed with it are stored. */
class RefusedRowError extends Error {
  override readonly name = 'RefusedRowError';
}

/**
 * Group commit of rows that this process stores itself.
 *
 * Calls that arrive while a commit is under way share the next one, so the number of commits a second is bounded by
 * Postgres and not by the callers. A commit that outlives the deadline of its calls is left to itself (its connection
 * ends it by `query_timeout`) and the next one starts on another connection, of which there are `maxAtOnce`.
 */
export class Commits {
  readonly #storeLines: StoreLines;
  readonly #maxAtOnce: number;
  #waiting: CommitCall[] = [];
  /** Calls whose commit is under way; a call leaves it at its own deadline. */
  readonly #flying = new Set<CommitCall>();
  #commitsUnderWay = 0;
  #isScheduled = false;

  constructor(storeLines: StoreLines, maxAtOnce: number) {
    this.#storeLines = storeLines;
    this.#maxAtOnce = maxAtOnce;
  }

  add(call: CommitCall): void {
    this.#waiting.push(call);
    this.#schedule();
  }

  /** Called by the client's timer: ends the wait of overdue calls. Answers whether anything is under way. */
  tick(now: number): boolean {
    const overdue = [...this.#flying, ...this.#waiting].filter((call) => call.deadlineAt <= now);
    if (overdue.length > 0) {
      this.#waiting = this.#waiting.filter((call) => call.deadlineAt > now);
    }
    for (const call of overdue) {
      this.#flying.delete(call);
      call.failed(new CommitDeadlineError('Postgres did not commit before the deadline of the call'));
    }
    this.#schedule();
    return this.#waiting.length > 0 || this.#flying.size > 0;
  }

  #schedule(): void {
    // One commit at a time, unless the callers of the one under way have given it up.
    const isFree = this.#flying.size === 0 && this.#commitsUnderWay < this.#maxAtOnce;
    if (!this.#isScheduled && this.#waiting.length > 0 && isFree) {
      this.#isScheduled = true;
      setImmediate(this.#start);
    }
  }

  readonly #start = (): void => {
    this.#isScheduled = false;
    let bytes = 0;
    const end = this.#waiting.findIndex((call, index) => (bytes += call.bytes) > MAX_COMMIT_BYTES && index > 0);
    const calls = this.#waiting.slice(0, Math.min(end === -1 ? this.#waiting.length : end, MAX_COMMIT_ROWS));
    this.#waiting = this.#waiting.slice(calls.length);
    if (calls.length > 0) {
      void this.#commit(calls);
    }
  };

  async #commit(calls: readonly CommitCall[]): Promise<void> {
    this.#commitsUnderWay += 1;
    for (const call of calls) {
      this.#flying.add(call);
    }
    const answer = await this.#toAnswer(calls);
    this.#commitsUnderWay -= 1;
    for (const [index, call] of calls.entries()) {
      if (this.#flying.delete(call)) {
        answer(call, index);
      }
    }
    this.#schedule();
  }

  async #toAnswer(calls: readonly CommitCall[]): Promise<(call: CommitCall, index: number) => void> {
    try {
      const refused = await this.#storeLines(calls.map((call) => call.line));
      return (call, index) => {
        if (refused.has(index)) {
          call.failed(new RefusedRowError('Postgres refused the row'));
        } else {
          call.stored();
        }
      };
    } catch (error) {
      return (call) => call.failed(error);
    }
  }
}
