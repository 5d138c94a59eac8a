/** The value that a draw from 0 to 1 falls upon; undefined when there is none. */
export function choose<T>(values: readonly T[], draw: number): T | undefined {
  return values[Math.floor(draw * values.length)];
}
