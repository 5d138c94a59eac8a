import { setTimeout as delay } from 'node:timers/promises';

/** Asks until the answer is not `undefined`; gives `undefined` when `deadlineMs` has passed. Every wait of this package. */
export async function poll<T>(
  ask: () => Promise<T | undefined> | T | undefined,
  options: { readonly deadlineMs: number; readonly everyMs?: number },
): Promise<T | undefined> {
  const deadline = performance.now() + options.deadlineMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() >= deadline) return undefined;
    await delay(options.everyMs ?? 10);
  }
}
