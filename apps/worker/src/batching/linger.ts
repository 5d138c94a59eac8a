import type { ClaimedEntries } from './effective-depth.ts';

/** Longest linger, as a multiple of the shortest: a claim that something held up for seconds is no reason to rest for seconds. */
const LONGEST = 10;

/**
 * How long a slot waits before its next claim. A moment's wait lets the next batch grow: milliseconds for CPU
 * (`npm run bench -- --parts latency` prints both). A slot rests as long as it worked, if that is longer: where the cores are busy
 * work takes longer, batches grow, and an event costs less. Nobody waits when a claim left as much again as it took, for
 * then the queue is behind, or when `lingerMs` is 0.
 */
export function lingerAfter(
  { taken, left }: ClaimedEntries,
  { lingerMs, workedMs }: { readonly lingerMs: number; readonly workedMs: number },
): number {
  if (left > 0 && left >= taken) return 0;
  return Math.min(Math.max(lingerMs, workedMs), lingerMs * LONGEST);
}
