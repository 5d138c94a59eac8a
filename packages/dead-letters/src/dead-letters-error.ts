/**
 * What an operator is told instead of an answer: `invalid_cursor` (changed, or of another list), `invalid_selection`,
 * `invalid_entry` (a worker would refuse it again), `count_mismatch` (other letters are there than the operator expects),
 * `absent` (no such letter), `unrecorded` (the event of the action could be stored nowhere; `hasActed` tells whether the
 * action was done before).
 */
export type DeadLettersErrorCode =
  | 'invalid_cursor'
  | 'invalid_selection'
  | 'invalid_entry'
  | 'count_mismatch'
  | 'absent'
  | 'unrecorded';

export interface DeadLettersErrorOptions extends ErrorOptions {
  /** For `count_mismatch`: how many letters there are. */
  readonly actual?: number;
  /** For `unrecorded`. Default false. */
  readonly hasActed?: boolean;
}

/** The one error of this package; those of queue and store pass through it unchanged. */
export class DeadLettersError extends Error {
  override readonly name = 'DeadLettersError';
  readonly code: DeadLettersErrorCode;
  readonly actual: number | null;
  readonly hasActed: boolean;

  constructor(code: DeadLettersErrorCode, message: string, options: DeadLettersErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.actual = options.actual ?? null;
    this.hasActed = options.hasActed ?? false;
  }
}
