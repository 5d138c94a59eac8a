const LONGEST_MS = 300_000;
const MAX_DOUBLINGS = 30;

/**
 * Milliseconds before attempt `attempt + 1`: `retryDelay` doubled with each attempt, at most 300000, less a random part of
 * up to half of it.
 */
export function toRetryDelay(retryDelay: number, attempt: number, random: () => number): number {
  const ceiling = Math.min(LONGEST_MS, retryDelay * 2 ** Math.min(attempt - 1, MAX_DOUBLINGS));
  return Math.round(ceiling / 2 + random() * (ceiling / 2));
}
