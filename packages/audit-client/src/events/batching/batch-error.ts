import type { EventPriority } from '../event-priority.ts';

/**
 * Why a batch failed as a whole. `rejected`: `process` threw or rejected, see `cause`. `timeout`: it did not settle within
 * `processingTimeout`. `bad_result`: it answered something else than a `ProcessResult`.
 */
export type BatchErrorCode = 'rejected' | 'timeout' | 'bad_result';

const MESSAGES: Readonly<Record<BatchErrorCode, string>> = {
  rejected: 'The event processor rejected a batch: see cause.',
  timeout: 'The event processor did not settle within processingTimeout; its events are handed over again.',
  bad_result: 'The event processor answered something else than { processed, failed }: see cause.',
};

/** What `batch:error` carries: the batch is tried again, or, after the last attempt, spooled. */
export class BatchError extends Error {
  override readonly name = 'BatchError';
  readonly code: BatchErrorCode;
  /** The ids of the events of the batch. */
  readonly ids: readonly string[];
  readonly priority: EventPriority;
  /** 1 for the first time that these events were handed over. */
  readonly attempt: number;

  constructor(
    code: BatchErrorCode,
    facts: {
      readonly ids: readonly string[];
      readonly priority: EventPriority;
      readonly attempt: number;
      readonly cause?: unknown;
    },
  ) {
    super(MESSAGES[code], { cause: facts.cause });
    this.code = code;
    this.ids = facts.ids;
    this.priority = facts.priority;
    this.attempt = facts.attempt;
  }
}
