/**
 * What can go wrong with Postgres, by what to do about it:
 * `outage` (away, full, locked, read-only): the same call later; `too_slow` (statement timeout): the same with fewer rows;
 * `deploy` (schema, rights, password): a person must act, events wait; `partition`: no partition takes the id, make one;
 * `poison`: an event itself cannot be stored; `duplicate`: a unique key that the idempotent path cannot meet, the schema was changed;
 * `migration_changed`, `database_newer`, `server_too_old`, `config`: the message tells the remedy.
 */
export type StoreErrorCode =
  | 'outage'
  | 'too_slow'
  | 'deploy'
  | 'partition'
  | 'poison'
  | 'duplicate'
  | 'migration_changed'
  | 'database_newer'
  | 'server_too_old'
  | 'config';

const RETRYABLE: ReadonlySet<StoreErrorCode> = new Set(['outage', 'too_slow', 'deploy', 'partition']);

export interface StoreErrorFacts {
  readonly sqlstate?: string | null;
  readonly line?: number | null;
  readonly detail?: string;
  readonly cause?: unknown;
}

/** The one error of this package. Messages hold no event content; `cause` may. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  /** Whether the same call may succeed later. Retry without a bound: an outage must never cost an event. */
  readonly isRetryable: boolean;
  /** SQLSTATE, when the server answered with one. */
  readonly sqlstate: string | null;
  /** 1-based line of the COPY that the server was at: a hint at the bad row, to be verified. */
  readonly line: number | null;
  /** What the server said, without the values it quoted. */
  readonly detail: string;

  constructor(code: StoreErrorCode, message: string, facts: StoreErrorFacts = {}) {
    super(message, { cause: facts.cause });
    this.code = code;
    this.isRetryable = RETRYABLE.has(code);
    this.sqlstate = facts.sqlstate ?? null;
    this.line = facts.line ?? null;
    this.detail = facts.detail ?? message;
  }
}
