const STALLED_MS = 300_000;

/** Watches a count: true for a value that has been the same for five minutes, by when nobody works on it any more. */
export function watchForStall(): (value: number) => boolean {
  let last = Number.NaN;
  let changedAt = performance.now();
  return (value) => {
    if (value !== last) [last, changedAt] = [value, performance.now()];
    return performance.now() - changedAt > STALLED_MS;
  };
}
