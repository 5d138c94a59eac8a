import { setTimeout as delay } from 'node:timers/promises';

/** How long, how often, and what to say when it was in vain. */
export interface WaitOptions {
  /** Default 20000. */
  readonly deadlineMs?: number;
  /** Default 10. */
  readonly everyMs?: number;
  /** What was waited for, in the error. */
  readonly message?: string;
}

/**
 * Waits until `condition` gives something truthy, and gives that. A condition that throws counts as not yet true; its
 * last error is the cause of the rejection at the deadline.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<Exclude<Awaited<T>, false | null | undefined | 0 | ''>> {
  const deadlineMs = options.deadlineMs ?? 20_000;
  const deadline = performance.now() + deadlineMs;
  let cause: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (isTruthy(value)) return value;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= deadline) {
      throw new Error(`not within ${deadlineMs} ms: ${options.message ?? 'the condition'}`, { cause });
    }
    await delay(options.everyMs ?? 10);
  }
}

function isTruthy<T>(value: T): value is Exclude<T, false | null | undefined | 0 | ''> {
  return Boolean(value);
}
