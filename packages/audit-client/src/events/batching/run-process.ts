import type { EventProcessor } from '../event-processor.ts';
import { type BatchOutcome, readProcessResult } from '../processors/read-process-result.ts';
import type { SecurityEvent } from '../security-event.ts';
import type { BatchErrorCode } from './batch-error.ts';

/** How a call of `process` ended. */
export type ProcessEnding =
  | { readonly kind: 'answered'; readonly outcome: BatchOutcome }
  | { readonly kind: 'failed'; readonly code: BatchErrorCode; readonly cause: unknown };

/** A call under way. */
export interface ProcessCall {
  /** Never rejects. */
  readonly ending: Promise<ProcessEnding>;
  /** The end of this call is worth the life of the process. */
  readonly hold: () => void;
}

/**
 * Calls `process` at once and waits `timeoutMs` for its answer; a later one is not heard. Total: the processor may throw,
 * reject, hang or answer anything.
 */
export function runProcess(
  processor: EventProcessor,
  events: readonly SecurityEvent[],
  timeoutMs: number,
): ProcessCall {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<ProcessEnding>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'failed', code: 'timeout', cause: undefined }), timeoutMs).unref();
  });
  const ending = Promise.race([callProcess(processor, events), timeout]).finally(() => clearTimeout(timer));
  return { ending, hold: () => void timer?.ref() };
}

async function callProcess(processor: EventProcessor, events: readonly SecurityEvent[]): Promise<ProcessEnding> {
  let answer: unknown;
  try {
    // A list of its own: one that takes its events out of it would otherwise take them from us.
    answer = await processor.process([...events]);
  } catch (cause) {
    return { kind: 'failed', code: 'rejected', cause };
  }
  try {
    return { kind: 'answered', outcome: readProcessResult(events, answer) };
  } catch (cause) {
    return { kind: 'failed', code: 'bad_result', cause };
  }
}
