import { outageBackoffMs } from '../outages/backoff.ts';
import type { Sleep } from '@auditlane/runtime';

export interface UntilAnsweredParts {
  readonly sleep: Sleep;
  readonly random: () => number;
  /** Told about each try that failed; answers whether the same call may succeed later. */
  readonly onError: (error: unknown) => boolean;
}

/**
 * Repeats a call to Redis until it is answered, with capped backoff. Answers null when the signal aborted meanwhile or
 * when repeating is useless; at least one try is made even after the abort. Only for calls that may be repeated:
 * finish and release answer `gone` the second time.
 */
export async function untilAnswered<T>(
  call: () => Promise<T>,
  parts: UntilAnsweredParts,
  giveUp: AbortSignal,
): Promise<T | null> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await call();
    } catch (error) {
      const mayRetry = parts.onError(error);
      if (!mayRetry || giveUp.aborted) return null;
    }
    await parts.sleep(outageBackoffMs(failures, parts.random), giveUp);
  }
}
