/** The middle value; with an even count the lower of the two middle ones. Throws a RangeError for no values. */
export function median(values: readonly number[]): number {
  const middle = [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
  if (middle === undefined) throw new RangeError('a median needs at least one value');
  return middle;
}

/** The value below which `share` (0 to 1) of the values lie. Throws a RangeError for no values. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  if (value === undefined) throw new RangeError('a percentile needs at least one value');
  return value;
}
